// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** JSON as maps, lists, strings, booleans and {@link BigDecimal}s; null is left as null. */
final class JsonText {
    private static final Pattern GSON_MESSAGE =
            Pattern.compile("(.*) at line (\\d+) column (\\d+) path (\\S*).*", Pattern.DOTALL);

    private JsonText() {}

    /** Reads a whole document, strictly; a key that comes twice is an error. */
    static Object read(String text) throws DocumentException {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            Object value = value(reader);
            reader.peek();
            return value;
        } catch (MalformedJsonException | EOFException e) {
            throw malformed(e);
        } catch (IOException e) {
            throw new DocumentException("it cannot be read: " + e.getMessage());
        }
    }

    private static Object value(JsonReader reader) throws IOException, DocumentException {
        JsonToken token = reader.peek();
        return switch (token) {
            case BEGIN_OBJECT -> object(reader);
            case BEGIN_ARRAY -> array(reader);
            case BOOLEAN -> reader.nextBoolean();
            case NUMBER -> number(reader);
            case NULL -> {
                reader.nextNull();
                yield null;
            }
            default -> reader.nextString();
        };
    }

    private static Map<String, Object> object(JsonReader reader) throws IOException, DocumentException {
        Map<String, Object> members = new LinkedHashMap<>();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            if (members.containsKey(name)) {
                throw new DocumentException(place(reader.getPath()) + " is there twice: remove one of them");
            }
            members.put(name, value(reader));
        }
        reader.endObject();
        return members;
    }

    private static List<Object> array(JsonReader reader) throws IOException, DocumentException {
        List<Object> elements = new ArrayList<>();
        reader.beginArray();
        while (reader.hasNext()) {
            elements.add(value(reader));
        }
        reader.endArray();
        return elements;
    }

    private static BigDecimal number(JsonReader reader) throws IOException, DocumentException {
        String path = reader.getPath();
        String digits = reader.nextString();
        try {
            return new BigDecimal(digits);
        } catch (NumberFormatException e) {
            throw new DocumentException(place(path) + " must be a number of reasonable size, not " + digits);
        }
    }

    /** Gson's messages tell the place, but their words are for those who call Gson. */
    private static DocumentException malformed(IOException e) {
        Matcher parts = GSON_MESSAGE.matcher(String.valueOf(e.getMessage()));
        if (!parts.matches()) {
            return new DocumentException("malformed JSON: " + e.getMessage());
        }
        String problem = parts.group(1);
        if (problem.startsWith("Use JsonReader")) {
            problem = "this is no JSON";
        } else if (problem.startsWith("Unescaped control")) {
            problem = "a text may not hold line ends, tabs or control characters as they are, only as \\n and the like";
        }
        String place = place(parts.group(4));
        String inside = place.isEmpty() ? "" : " in " + place;
        return new DocumentException(
                "line " + parts.group(2) + ", column " + parts.group(3) + inside + ": malformed JSON: " + problem);
    }

    private static String place(String path) {
        return path.replaceFirst("^\\$\\.?", "").replaceFirst("\\.$", "");
    }

    /** Writes maps, collections, arrays and values, two spaces a level. */
    static String write(Object value) {
        StringWriter text = new StringWriter();
        JsonWriter writer = new JsonWriter(text);
        writer.setIndent("  ");
        try {
            write(writer, value);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return text.append('\n').toString();
    }

    private static void write(JsonWriter writer, Object value) throws IOException {
        if (value instanceof Map<?, ?> members) {
            writer.beginObject();
            for (Map.Entry<?, ?> member : members.entrySet()) {
                writer.name(member.getKey().toString());
                write(writer, member.getValue());
            }
            writer.endObject();
        } else if (value instanceof Collection<?> elements) {
            writer.beginArray();
            for (Object element : elements) {
                write(writer, element);
            }
            writer.endArray();
        } else if (value != null && value.getClass().isArray()) {
            List<Object> elements = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                elements.add(Array.get(value, i));
            }
            write(writer, elements);
        } else if (value instanceof Number number) {
            writer.value(number);
        } else if (value instanceof Boolean truth) {
            writer.value(truth);
        } else {
            writer.value(value == null ? null : value.toString());
        }
    }
}
