// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Field;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ErrnoTest {
    @Test
    void shouldNameEachConstantAsItIsCalled() throws Exception {
        for (Field constant : Errno.class.getFields()) {
            assertThat(Errno.name(constant.getInt(null))).isEqualTo(constant.getName());
            assertThat(Errno.text(constant.getInt(null))).isNotBlank();
        }
    }

    @Test
    void shouldExplainAnError() {
        assertThat(Errno.text(Errno.EPERM)).isEqualTo("Operation not permitted");
    }

    @Test
    void shouldNotInventANameForAnUnknownError() {
        assertThat(Errno.name(4711)).isEqualTo("errno 4711");
        assertThat(Errno.text(4711)).isEqualTo("Unknown error");
    }

    @Test
    void shouldTurnAFailedCallIntoAnExceptionThatNamesCallSubjectAndError() {
        assertThatThrownBy(() -> Descriptor.open(Path.of("/nowhere/x"), Descriptor.O_RDONLY, 0))
                .isInstanceOfSatisfying(LinuxException.class, e -> {
                    assertThat(e.call()).isEqualTo("open");
                    assertThat(e.errno()).isEqualTo(Errno.ENOENT);
                    assertThat(e.errnoName()).isEqualTo("ENOENT");
                })
                .hasMessage("open /nowhere/x: No such file or directory (ENOENT)");
    }

    @Test
    void shouldLeaveAnAbsentSubjectOutOfTheMessage() {
        assertThat(new LinuxException("eventfd", null, Errno.EMFILE))
                .hasMessage("eventfd: Too many open files (EMFILE)");
    }
}
