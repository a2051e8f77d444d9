// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hotbay.linux.LinuxException;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CopyCodeTest {
    /** As when the bundle is replaced: code and handler of the first one serve all that follow. */
    @Test
    void shouldUseThePageThatIsThere() throws Exception {
        assumeTrue(CopyCode.obstacle() == null, CopyCode.obstacle());
        long handler = handlerOfSigbus();
        try (URLClassLoader other = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            Class<?> again = other.loadClass(CopyCode.class.getName());
            assertThat(again).isNotSameAs(CopyCode.class);
            assertThat(again.getMethod("obstacle").invoke(null)).isNull();
            assertThat(again.getMethod("copy", long.class, long.class).invoke(null, 0L, 0L))
                    .isEqualTo(0L);
        }
        assertThat(handlerOfSigbus()).isEqualTo(handler);
    }

    private static URL[] classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> urlOf(Path.of(entry)))
                .toArray(URL[]::new);
    }

    private static URL urlOf(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static long handlerOfSigbus() throws LinuxException {
        NativeMemory action = new NativeMemory(152);
        Kernel.call("sigaction", "SIGBUS", () -> Kernel.LIBC.sigaction(7, 0, action.address()));
        return action.bytes().getLong(0);
    }
}
