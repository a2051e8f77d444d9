// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import org.junit.jupiter.api.Test;

class FailureTextTest {
    @Test
    void shouldSayWhatTheComponentSaid() {
        assertThat(text(new IllegalArgumentException("bdev N: size is no multiple")))
                .isEqualTo("bdev N: size is no multiple");
        assertThat(text(new IOException("lease x: too little memory", new IOException("mmap: ENOMEM"))))
                .isEqualTo("lease x: too little memory");
    }

    @Test
    void shouldLookThroughWrappers() {
        Exception real = new IOException("no room");
        assertThat(text(new InvocationTargetException(real))).isEqualTo("no room");
        assertThat(text(new RuntimeException(new InvocationTargetException(real))))
                .isEqualTo("no room");
    }

    @Test
    void shouldNotTakeASuppressedExceptionForTheReason() {
        Exception failed = new InvocationTargetException(new IOException("first"));
        failed.addSuppressed(new IOException("second", new IOException("third")));
        assertThat(text(failed)).isEqualTo("first");
    }

    @Test
    void shouldNameAProgrammingError() {
        assertThat(text(new NullPointerException())).isEqualTo("NullPointerException");
        assertThat(text(new ClassCastException("a is no b"))).isEqualTo("ClassCastException: a is no b");
        assertThat(FailureText.of("")).isEqualTo("it gave no reason");
    }

    private static String text(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text, true));
        return FailureText.of(text.toString());
    }
}
