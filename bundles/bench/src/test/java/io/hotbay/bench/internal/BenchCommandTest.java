// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The properties by which the shell completes the command without loading it say the same as the command itself. */
class BenchCommandTest {
    private static final String COMPONENT = "/OSGI-INF/io.hotbay.bench.internal.BenchCommand.xml";

    @Test
    void shouldListItsOptionsAsProperties() throws Exception {
        Set<String> wanted = new CommandLine(new RunCommand())
                .getCommandSpec().options().stream()
                        .map(BenchCommandTest::listed)
                        .collect(Collectors.toSet());
        assertThat(properties("hotbay.command.options")).isEqualTo(wanted);
    }

    private static String listed(OptionSpec option) {
        return option.longestName() + (option.arity().min() > 0 ? "=" : "");
    }

    private static Set<String> properties(String name) throws Exception {
        NodeList all = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(BenchCommandTest.class.getResourceAsStream(COMPONENT))
                .getElementsByTagName("property");
        for (int i = 0; i < all.getLength(); i++) {
            Element property = (Element) all.item(i);
            if (property.getAttribute("name").equals(name)) {
                return Arrays.stream(property.getTextContent().strip().split("\\s*\n\\s*"))
                        .collect(Collectors.toSet());
            }
        }
        return Set.of();
    }
}
