// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A session of the QEMU Machine Protocol. Any thread. */
public final class QmpConnection extends LineSocket {
    private static final Gson GSON = new Gson();
    private static final int ANSWER_SECONDS = 60;

    private final Map<Integer, JsonObject> answers = new HashMap<>();
    private final List<JsonObject> events = new ArrayList<>();
    private boolean greeted;
    private int lastId;

    /** Connects and leaves the negotiation mode. */
    QmpConnection(String name, Path socket, Logs logs) {
        super(name, socket, logs);
        listen();
        await("QMP's greeting", Settings.timeout(ANSWER_SECONDS), () -> greeted ? Boolean.TRUE : null);
        execute("qmp_capabilities", Map.of());
    }

    @Override
    void received(String line) {
        JsonObject message = JsonParser.parseString(line).getAsJsonObject();
        if (message.has("QMP")) {
            greeted = true;
        } else if (message.has("event")) {
            events.add(message);
        } else if (message.has("id")) {
            answers.put(message.get("id").getAsInt(), message);
        }
    }

    /** Runs a command and returns what it returns; an error is a failure. */
    public JsonElement execute(String command, Map<String, ?> arguments) {
        int id = nextId();
        JsonObject request = new JsonObject();
        request.addProperty("execute", command);
        request.add("arguments", GSON.toJsonTree(arguments));
        request.addProperty("id", id);
        send(request.toString());
        JsonObject answer =
                await("QMP's answer to " + command, Settings.timeout(ANSWER_SECONDS), () -> answers.remove(id));
        if (answer.has("error")) {
            throw logs().failure("QMP " + request + ": " + answer.get("error"));
        }
        return answer.get("return");
    }

    /** How many events have come so far: a place to wait from. */
    public synchronized int eventCount() {
        return events.size();
    }

    /** Waits for an event after the first {@code from} ones and returns it. */
    public JsonObject awaitEvent(String name, int from, Predicate<JsonObject> data, Duration timeout) {
        return await("event " + name, timeout, () -> find(name, from, data));
    }

    private JsonObject find(String name, int from, Predicate<JsonObject> data) {
        for (JsonObject event : events.subList(from, events.size())) {
            if (event.get("event").getAsString().equals(name) && data.test(data(event))) {
                return event;
            }
        }
        return null;
    }

    private static JsonObject data(JsonObject event) {
        return event.has("data") ? event.getAsJsonObject("data") : new JsonObject();
    }

    private synchronized int nextId() {
        return ++lastId;
    }
}
