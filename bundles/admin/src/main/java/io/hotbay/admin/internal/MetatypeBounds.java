// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.osgi.framework.Bundle;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeService;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * The range an attribute's values must be in. The Metatype service tells whether a value is in range, but not the range; that
 * is looked up in the bundle's metatype document when a message needs it.
 */
final class MetatypeBounds implements UnaryOperator<String> {
    private final Bundle bundle;
    private final String pid;
    private final AttributeDefinition attribute;

    MetatypeBounds(Bundle bundle, String pid, AttributeDefinition attribute) {
        this.bundle = bundle;
        this.pid = pid;
        this.attribute = attribute;
    }

    /** What is wrong with the value, or "". */
    @Override
    public String apply(String value) {
        String verdict = attribute.validate(value);
        if (verdict == null || verdict.isEmpty()) {
            return "";
        }
        return range().orElse("has a value that is not allowed (" + verdict + ")");
    }

    private Optional<String> range() {
        Enumeration<URL> documents = bundle.findEntries(MetaTypeService.METATYPE_DOCUMENTS_LOCATION, "*.xml", false);
        List<URL> urls = documents == null ? List.of() : Collections.list(documents);
        return urls.stream().flatMap(url -> range(url).stream()).findFirst();
    }

    private Optional<String> range(URL url) {
        try (InputStream stream = url.openStream()) {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            return range(factory.newDocumentBuilder().parse(stream), pid, attribute.getID());
        } catch (IOException | ParserConfigurationException | SAXException e) {
            // The Metatype service has read it; without it the message is poorer, no more.
            return Optional.empty();
        }
    }

    /** The range of an attribute of the object class that a PID is designated to. */
    static Optional<String> range(Document document, String pid, String attribute) {
        List<String> classes = elements(document.getElementsByTagName("Designate"))
                .filter(designate ->
                        pid.equals(designate.getAttribute("pid")) || pid.equals(designate.getAttribute("factoryPid")))
                .flatMap(designate -> elements(designate.getElementsByTagName("Object")))
                .map(object -> object.getAttribute("ocdref"))
                .toList();
        return elements(document.getElementsByTagName("OCD"))
                .filter(ocd -> classes.contains(ocd.getAttribute("id")))
                .flatMap(ocd -> elements(ocd.getElementsByTagName("AD")))
                .filter(definition -> attribute.equals(definition.getAttribute("id")))
                .flatMap(definition -> text(definition).stream())
                .findFirst();
    }

    private static Optional<String> text(Element definition) {
        String least = definition.getAttribute("min");
        String most = definition.getAttribute("max");
        String what = "String".equals(definition.getAttribute("type")) ? "be of a length that is " : "be ";
        if (least.isEmpty() && most.isEmpty()) {
            return Optional.empty();
        }
        if (most.isEmpty()) {
            return Optional.of("must " + what + "at least " + least);
        }
        return Optional.of("must " + what + (least.isEmpty() ? "at most " + most : "from " + least + " to " + most));
    }

    private static Stream<Element> elements(NodeList nodes) {
        return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i));
    }
}
