// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;

/** JSON as commands print it: for programs, and for people who look at it. */
final class JsonText {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private JsonText() {}

    static String of(JsonElement element) {
        return GSON.toJson(element);
    }
}
