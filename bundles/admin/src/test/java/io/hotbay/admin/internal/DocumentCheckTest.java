// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DocumentCheckTest {
    private final DocumentCheck check = new DocumentCheck(new FakeCatalogue(), Map.of("Old0", "null"));

    @Test
    void shouldTypeTheOptions() throws DocumentException {
        TargetDocument checked = check.check(DocumentJson.read("""
                {"bdevs": [{"type": "malloc", "name": "M", "size": 1048576, "block_size": "4096"}],
                 "controllers": [{"type": "blk", "name": "c", "bdev": "M", "readonly": "true"},
                                 {"type": "blk", "name": "d", "bdev": "Old0"}],
                 "reactor": {"spin_us": 70}}
                """));
        assertThat(checked.bdevs().get(0).options()).isEqualTo(Map.of("size", "1048576", "block_size", 4096));
        assertThat(checked.controllers().get(0).options()).isEqualTo(Map.of("readonly", true));
        assertThat(checked.sections()).containsEntry("reactor", Map.of("spin_us", 70));
    }

    @Test
    void shouldTellThePathOfWhatIsImpossible() {
        assertProblem(
                "{'bdevs': [{'type': 'null', 'name': 'N', 'size': '1M'}, {'type': 'malloc', 'name': 'M', 'size': '1M',"
                        + " 'block_size': 100}]}",
                "bdevs[1].block_size must be from 512 to 65536, not 100");
        assertProblem(
                "{'bdevs': [{'type': 'aio', 'name': 'M'}]}", "bdevs[0].type \"aio\" is unknown: use malloc, null");
        assertProblem(
                "{'bdevs': [{'type': 'null', 'name': 'a/b', 'size': '1'}]}", "bdevs[0].name \"a/b\" is not possible");
        assertProblem(
                "{'bdevs': [{'type': 'null', 'name': 'a', 'sise': '1'}]}",
                "bdevs[0].sise is no option of null bdevs: use size");
        assertProblem(
                "{'controllers': [{'type': 'blk', 'name': 'c', 'bdev': 'None'}]}",
                "controllers[0].bdev \"None\" does not exist: use Old0");
        assertProblem(
                "{'controllers': [{'type': 'scsi', 'name': 'c', 'bdev': 'Old0'}]}",
                "controllers[0].type \"scsi\" is unknown: use blk");
        assertProblem("{'reactor': {'spin': 1}}", "reactor.spin is no option of reactor: use spin_us");
        assertProblem("{'kata': {}}", "kata cannot be configured: no bundle that takes it is started");
    }

    @Test
    void shouldRefuseNamesThatComeTwice() {
        assertProblem(
                "{'bdevs': [{'type': 'null', 'name': 'N', 'size': '1M'}, {'type': 'null', 'name': 'N', 'size': '1M'}]}",
                "bdevs[1].name N is there twice");
        assertProblem(
                "{'controllers': [{'type': 'blk', 'name': 'c', 'bdev': 'Old0'}, {'type': 'blk', 'name': 'c', 'bdev':"
                        + " 'Old0'}]}",
                "controllers[1].name c is there twice");
    }

    @Test
    void shouldRefuseToMakeAnotherTypeOfAnExistingBdev() {
        assertProblem(
                "{'bdevs': [{'type': 'malloc', 'name': 'Old0', 'size': '1M'}]}",
                "bdevs[0].type is malloc, but Old0 is a null bdev");
    }

    @Test
    void shouldListWhatNoBundleOffersYet() throws DocumentException {
        TargetDocument document = DocumentJson.read("""
                {"bdevs": [{"type": "uring", "name": "U"}, {"type": "null", "name": "N"}],
                 "controllers": [{"type": "scsi", "name": "c", "bdev": "U"}, {"type": "blk", "name": "d", "bdev": "U"}],
                 "kata": {}, "reactor": {}}
                """);
        assertThat(DocumentCheck.missing(document, new FakeCatalogue())).containsExactly("kata", "scsi", "uring");
    }

    private void assertProblem(String json, String start) {
        assertThatThrownBy(() -> check.check(DocumentJson.read(json.replace('\'', '"'))))
                .isInstanceOf(DocumentException.class)
                .hasMessageStartingWith(start);
    }
}
