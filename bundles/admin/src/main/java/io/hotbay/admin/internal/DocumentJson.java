// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@link TargetDocument}s as JSON: their shape only, not whether what they say is possible. */
final class DocumentJson {
    private static final String BDEVS = "bdevs";
    private static final String CONTROLLERS = "controllers";
    private static final String TYPE = "type";
    private static final String NAME = "name";
    private static final String BDEV = "bdev";

    private DocumentJson() {}

    static TargetDocument read(String text) throws DocumentException {
        if (!(JsonText.read(text) instanceof Map<?, ?> top)) {
            throw new DocumentException("the file must hold a JSON object: {\"bdevs\": […], \"controllers\": […]}");
        }
        TargetDocument document = new TargetDocument();
        for (Map.Entry<?, ?> member : top.entrySet()) {
            String name = member.getKey().toString();
            if (name.equals(BDEVS)) {
                for (Map<String, Object> bdev : objects(name, member.getValue())) {
                    String place = BDEVS + "[" + document.bdevs().size() + "]";
                    document.bdevs().add(new BdevEntry(take(place, bdev, TYPE), take(place, bdev, NAME), bdev));
                }
            } else if (name.equals(CONTROLLERS)) {
                for (Map<String, Object> controller : objects(name, member.getValue())) {
                    String place = CONTROLLERS + "[" + document.controllers().size() + "]";
                    document.controllers()
                            .add(new ControllerEntry(
                                    take(place, controller, TYPE),
                                    take(place, controller, NAME),
                                    take(place, controller, BDEV),
                                    controller));
                }
            } else if (TargetDocument.SECTION_PIDS.containsKey(name)) {
                document.sections().put(name, object(name, member.getValue()));
            } else {
                throw new DocumentException(name + " is unknown: use " + BDEVS + ", " + CONTROLLERS + ", "
                        + String.join(", ", TargetDocument.SECTION_PIDS.keySet()));
            }
        }
        return document;
    }

    private static List<Map<String, Object>> objects(String place, Object value) throws DocumentException {
        if (!(value instanceof List<?> elements)) {
            throw new DocumentException(place + " must be an array: \"" + place + "\": [{…}, {…}]");
        }
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Object element : elements) {
            objects.add(object(place + "[" + objects.size() + "]", element));
        }
        return objects;
    }

    private static Map<String, Object> object(String place, Object value) throws DocumentException {
        if (!(value instanceof Map<?, ?> members)) {
            throw new DocumentException(place + " must be an object: {…}");
        }
        Map<String, Object> object = new LinkedHashMap<>();
        for (Map.Entry<?, ?> member : members.entrySet()) {
            String name = member.getKey().toString();
            if (member.getValue() == null) {
                throw new DocumentException(place + "." + name + " must not be null: leave it out");
            }
            object.put(name, member.getValue());
        }
        return object;
    }

    /** Takes out of an entry what is not one of its options. */
    private static String take(String place, Map<String, Object> entry, String name) throws DocumentException {
        Object value = entry.remove(name);
        if (value == null) {
            throw new DocumentException(place + "." + name + " is missing");
        }
        if (!(value instanceof String text)) {
            throw new DocumentException(place + "." + name + " must be a string");
        }
        return text;
    }

    static String write(TargetDocument document) {
        Map<String, Object> top = new LinkedHashMap<>();
        top.put(BDEVS, document.bdevs().stream().map(DocumentJson::members).toList());
        top.put(
                CONTROLLERS,
                document.controllers().stream().map(DocumentJson::members).toList());
        top.putAll(document.sections());
        return JsonText.write(top);
    }

    private static Map<String, Object> members(BdevEntry bdev) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put(TYPE, bdev.type());
        members.put(NAME, bdev.name());
        members.putAll(bdev.options());
        return members;
    }

    private static Map<String, Object> members(ControllerEntry controller) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put(TYPE, controller.type());
        members.put(NAME, controller.name());
        members.put(BDEV, controller.bdev());
        members.putAll(controller.options());
        return members;
    }
}
