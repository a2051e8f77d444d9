// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.target.OptionDescription;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionArgumentsTest {
    private static final List<OptionDescription> OPTIONS = List.of(
            new OptionDescription("size", "string", "", true, "Capacity."),
            new OptionDescription("block_size", "integer", "512", false, "Bytes a block."));

    @Test
    void shouldSplitAtTheFirstEqualsSign() throws ShellException {
        assertThat(OptionArguments.parse(List.of("size=64MiB", "serial=a=b", "uuid=")))
                .containsEntry("size", "64MiB")
                .containsEntry("serial", "a=b")
                .containsEntry("uuid", "");
    }

    @Test
    void shouldSayHowToWriteAnOption() {
        assertThatThrownBy(() -> OptionArguments.parse(List.of("64MiB")))
                .isInstanceOf(ShellException.class)
                .hasMessage("\"64MiB\" is no option: write name=value, such as size=64MiB");
    }

    @Test
    void shouldRefuseAnOptionGivenTwice() {
        assertThatThrownBy(() -> OptionArguments.parse(List.of("size=1", "size=2")))
                .hasMessage("option size is given twice");
    }

    @Test
    void shouldOfferOnlyOptionsThatAreNotThereYet() {
        assertThat(OptionArguments.candidates(OPTIONS, List.of("malloc", "Malloc0", "size=1")))
                .containsExactly("block_size=");
    }
}
