// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class MetatypeBoundsTest {
    private static final String METATYPE = """
            <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.2.0">
              <OCD id="other"><AD id="block_size" type="Integer" min="1" max="2"/></OCD>
              <OCD id="config">
                <AD id="block_size" type="Integer" min="512" max="65536"/>
                <AD id="node" type="Integer" min="-1"/>
                <AD id="serial" type="String" max="20"/>
                <AD id="uuid" type="String"/>
              </OCD>
              <Designate factoryPid="io.hotbay.bdev.malloc"><Object ocdref="config"/></Designate>
              <Designate pid="io.hotbay.other"><Object ocdref="other"/></Designate>
            </metatype:MetaData>
            """;

    @Test
    void shouldFindTheRangeInTheMetatypeOfThePid() throws Exception {
        assertThat(range("io.hotbay.bdev.malloc", "block_size")).isEqualTo("must be from 512 to 65536");
        assertThat(range("io.hotbay.other", "block_size")).isEqualTo("must be from 1 to 2");
    }

    @Test
    void shouldNameOneEndWhereThereIsOneOnly() throws Exception {
        assertThat(range("io.hotbay.bdev.malloc", "node")).isEqualTo("must be at least -1");
        assertThat(range("io.hotbay.bdev.malloc", "serial")).isEqualTo("must be of a length that is at most 20");
        assertThat(range("io.hotbay.bdev.malloc", "uuid")).isEqualTo("none");
    }

    private static String range(String pid, String attribute) throws Exception {
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(METATYPE.getBytes(StandardCharsets.UTF_8)));
        return MetatypeBounds.range(document, pid, attribute).orElse("none");
    }
}
