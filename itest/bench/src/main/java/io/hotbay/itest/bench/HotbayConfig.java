// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The disks that a Hotbay is started with, each with a controller of the same name. */
final class HotbayConfig {
    /** Queues of the disk that is measured with several. */
    static final int MOST_QUEUES = 8;

    private static final int QUEUE_SIZE = 512;

    private final JsonArray bdevs = new JsonArray();
    private final JsonArray controllers = new JsonArray();
    private final List<String> names = new ArrayList<>();

    /** A disk that does nothing. */
    HotbayConfig nothing(String name) {
        return add("null", name, BenchDisk.SIZE, new JsonObject());
    }

    /** A disk in memory. */
    HotbayConfig memory(String name, long size) {
        return add("malloc", name, size, new JsonObject());
    }

    /** A disk in a file. */
    HotbayConfig file(String name, Path file, boolean direct) {
        JsonObject options = new JsonObject();
        options.addProperty("filename", file.toString());
        options.addProperty("direct", direct);
        return add("uring", name, 0, options);
    }

    private HotbayConfig add(String type, String name, long size, JsonObject bdev) {
        bdev.addProperty("type", type);
        bdev.addProperty("name", name);
        if (size > 0) {
            bdev.addProperty("size", Long.toString(size));
        }
        bdevs.add(bdev);
        JsonObject controller = new JsonObject();
        controller.addProperty("type", "blk");
        controller.addProperty("name", name);
        controller.addProperty("bdev", name);
        controller.addProperty("num_queues", MOST_QUEUES);
        controller.addProperty("queue_size", QUEUE_SIZE);
        controllers.add(controller);
        names.add(name);
        return this;
    }

    /** Names of the sockets. */
    List<String> names() {
        return List.copyOf(names);
    }

    String json() {
        JsonObject root = new JsonObject();
        root.add("bdevs", bdevs);
        root.add("controllers", controllers);
        return root.toString();
    }
}
