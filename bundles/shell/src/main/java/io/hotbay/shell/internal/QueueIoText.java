// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.LatencyHistogram;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/** What queues have done, for people and for programs. */
final class QueueIoText {
    private static final double MIB = 1 << 20;
    private static final int[] TYPES = {
        BlockType.READ, BlockType.WRITE, BlockType.FLUSH, BlockType.DISCARD, BlockType.WRITE_ZEROES
    };

    private QueueIoText() {}

    static Table table(List<QueueIo> queues) {
        boolean rates = !queues.isEmpty() && queues.get(0).seconds() > 0;
        String per = rates ? "/s" : "S";
        Table table = new Table(
                "SESSION",
                "QUEUE",
                "READ" + per,
                "WRITE" + per,
                rates ? "FLUSH/s" : "FLUSHES",
                rates ? "DISCARD/s" : "DISCARDS",
                rates ? "READ MiB/s" : "READ MiB",
                rates ? "WRITE MiB/s" : "WRITTEN MiB",
                "ERRORS",
                "IN-FLIGHT",
                "MOST",
                "P50 µs",
                "P99 µs",
                "P99.9 µs",
                "MAX µs");
        for (QueueIo queue : queues) {
            LatencyHistogram latency = queue.latency();
            table.row(
                    queue.session(),
                    queue.index(),
                    queue.requests(BlockType.READ),
                    queue.requests(BlockType.WRITE),
                    queue.requests(BlockType.FLUSH),
                    queue.requests(BlockType.DISCARD) + queue.requests(BlockType.WRITE_ZEROES),
                    mebibytes(queue.bytes(BlockType.READ)),
                    mebibytes(queue.bytes(BlockType.WRITE)),
                    queue.errors(),
                    queue.inFlight(),
                    queue.mostInFlight(),
                    percentile(latency, 50),
                    percentile(latency, 99),
                    percentile(latency, 99.9),
                    percentile(latency, 100));
        }
        return table;
    }

    /** With one digit behind the point. */
    static double mebibytes(double bytes) {
        return Math.round(bytes / MIB * 10) / 10.0;
    }

    private static Object percentile(LatencyHistogram latency, double percent) {
        return latency.count() == 0 ? Table.NOTHING : micros(latency.percentile(percent));
    }

    /** Microseconds with one digit behind the point. */
    static BigDecimal micros(long nanos) {
        return BigDecimal.valueOf(nanos, 3).setScale(1, RoundingMode.HALF_UP);
    }

    /**
     * The same as an object.
     *
     * @param controller whose queues they are
     */
    static String json(String controller, List<QueueIo> queues) {
        JsonObject json = new JsonObject();
        json.addProperty("controller", controller);
        JsonArray array = new JsonArray();
        queues.forEach(queue -> array.add(json(queue)));
        json.add("queues", array);
        return new GsonBuilder().setPrettyPrinting().create().toJson(json);
    }

    private static JsonObject json(QueueIo queue) {
        JsonObject json = new JsonObject();
        json.addProperty("session", queue.session());
        json.addProperty("queue", queue.index());
        if (queue.seconds() > 0) {
            json.addProperty("seconds", queue.seconds());
        }
        JsonObject requests = new JsonObject();
        JsonObject bytes = new JsonObject();
        for (int type : TYPES) {
            requests.addProperty(BlockType.name(type), queue.requests()[type]);
            bytes.addProperty(BlockType.name(type), queue.bytes()[type]);
        }
        json.add("requests", requests);
        json.add("bytes", bytes);
        json.addProperty("errors", queue.errors());
        json.addProperty("in_flight", queue.inFlight());
        json.addProperty("most_in_flight", queue.mostInFlight());
        LatencyHistogram latency = queue.latency();
        if (latency.count() > 0) {
            JsonObject micros = new JsonObject();
            micros.addProperty("count", latency.count());
            micros.addProperty("p50", micros(latency.percentile(50)));
            micros.addProperty("p99", micros(latency.percentile(99)));
            micros.addProperty("p99.9", micros(latency.percentile(99.9)));
            micros.addProperty("p99.99", micros(latency.percentile(99.99)));
            micros.addProperty("max", micros(latency.longest()));
            json.add("latency_us", micros);
        }
        return json;
    }
}
