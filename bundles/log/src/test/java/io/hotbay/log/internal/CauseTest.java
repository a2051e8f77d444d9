// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import org.junit.jupiter.api.Test;

class CauseTest {
    @Test
    void shouldSayTheMessageOfACheckedExceptionOnly() {
        assertThat(Cause.oneLine(new IOException("bind /x: Permission denied (EACCES)")))
                .isEqualTo("bind /x: Permission denied (EACCES)");
    }

    @Test
    void shouldNameAProgrammingError() {
        assertThat(Cause.oneLine(new ClassCastException("a is no b"))).isEqualTo("ClassCastException: a is no b");
        assertThat(Cause.oneLine(new NullPointerException())).isEqualTo("NullPointerException");
    }

    @Test
    void shouldNotNameAnExceptionThatSpeaksForItself() {
        assertThat(Cause.oneLine(new IllegalArgumentException("size is no multiple")))
                .isEqualTo("size is no multiple");
    }

    @Test
    void shouldLookThroughWrappersThatSayNothing() {
        Exception real = new IOException("no memory", new IOException("mmap: ENOMEM"));
        assertThat(Cause.oneLine(new InvocationTargetException(real))).isEqualTo("no memory");
        assertThat(Cause.oneLine(new RuntimeException(real))).isEqualTo("no memory");
    }

    @Test
    void shouldLookThroughTheExceptionsOfFelixLog() {
        Exception felix = new FelixLogException("java.io.IOException: no memory");
        assertThat(Cause.text(felix)).isEqualTo("java.io.IOException: no memory");
        assertThat(Cause.oneLine(felix)).isEqualTo("no memory");
        assertThat(Cause.oneLine(new FelixLogException("java.io.EOFException: null")))
                .isEqualTo("EOFException");
    }

    /** Looks as Felix's log makes exceptions look. */
    private static final class FelixLogException extends Exception {
        private static final long serialVersionUID = 1L;

        FelixLogException(String message) {
            super(message);
        }

        @Override
        public String toString() {
            return "org.apache.felix.log.LogException: " + getMessage();
        }
    }
}
