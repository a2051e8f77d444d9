// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DocumentJsonTest {
    @Test
    void shouldReadBdevsControllersAndSections() throws DocumentException {
        TargetDocument document = DocumentJson.read("""
                {"bdevs": [{"type": "malloc", "name": "Malloc0", "size": "64MiB", "block_size": 4096}],
                 "controllers": [{"type": "blk", "name": "vhostblk0", "bdev": "Malloc0", "cpumask": "0x1"}],
                 "reactor": {"spin_us": 70}}
                """);
        assertThat(document.bdevs())
                .containsExactly(new BdevEntry(
                        "malloc", "Malloc0", Map.of("size", "64MiB", "block_size", new BigDecimal("4096"))));
        assertThat(document.controllers())
                .containsExactly(new ControllerEntry("blk", "vhostblk0", "Malloc0", Map.of("cpumask", "0x1")));
        assertThat(document.sections()).containsExactly(Map.entry("reactor", Map.of("spin_us", new BigDecimal("70"))));
    }

    @Test
    void shouldReadWhatItWrites() throws DocumentException {
        TargetDocument document = new TargetDocument();
        document.bdevs().add(new BdevEntry("null", "Null0", Map.of("size", "1G")));
        document.controllers().add(new ControllerEntry("blk", "v0", "Null0", Map.of("readonly", true)));
        document.sections().put("kata", Map.of("names", new String[] {"a", "<b>"}, "list", List.of("c")));
        TargetDocument read = DocumentJson.read(DocumentJson.write(document));
        assertThat(read.bdevs()).isEqualTo(document.bdevs());
        assertThat(read.controllers()).isEqualTo(document.controllers());
        assertThat(read.sections())
                .containsExactly(Map.entry("kata", Map.of("names", List.of("a", "<b>"), "list", List.of("c"))));
    }

    @Test
    void shouldWriteTypeAndNameFirst() {
        TargetDocument document = new TargetDocument();
        document.bdevs().add(new BdevEntry("null", "Null0", Map.of("block_size", 512)));
        assertThat(DocumentJson.write(document)).isEqualTo("""
                        {
                          "bdevs": [
                            {
                              "type": "null",
                              "name": "Null0",
                              "block_size": 512
                            }
                          ],
                          "controllers": []
                        }
                        """);
    }

    @Test
    void shouldTellLineAndColumnOfMalformedJson() {
        assertProblem("{\n \"bdevs\": [ {\"type\" \"x\"} ]}", "line 2, column 22 in bdevs[0].type: malformed JSON");
        assertProblem("{\"bdevs\": [", "line 1, column");
        assertProblem("{\"bdevs\": tru}", "malformed JSON: this is no JSON");
        assertProblem("{\"bdevs\": []} x", "line 1, column");
        assertProblem("// a comment\n{}", "line 1, column 2: malformed JSON: this is no JSON");
        assertProblem("", "line 1, column 1: malformed JSON: End of input");
    }

    @Test
    void shouldTellThePathOfWhatIsOutOfPlace() {
        assertProblem("[]", "the file must hold a JSON object");
        assertProblem("{\"bdev\": []}", "bdev is unknown: use bdevs, controllers, hugepages, reactor, kata, log");
        assertProblem("{\"bdevs\": {}}", "bdevs must be an array");
        assertProblem("{\"bdevs\": [1]}", "bdevs[0] must be an object");
        assertProblem("{\"bdevs\": [{\"name\": \"a\"}]}", "bdevs[0].type is missing");
        assertProblem("{\"bdevs\": [{\"type\": \"a\", \"name\": 1}]}", "bdevs[0].name must be a string");
        assertProblem("{\"controllers\": [{\"type\": \"a\", \"name\": \"b\"}]}", "controllers[0].bdev is missing");
        assertProblem("{\"log\": {\"level\": null}}", "log.level must not be null: leave it out");
        assertProblem("{\"log\": {\"level\": 1, \"level\": 2}}", "log.level is there twice");
    }

    private static void assertProblem(String json, String start) {
        assertThatThrownBy(() -> DocumentJson.read(json))
                .isInstanceOf(DocumentException.class)
                .hasMessageContaining(start)
                .message()
                .doesNotContain("\n");
    }
}
