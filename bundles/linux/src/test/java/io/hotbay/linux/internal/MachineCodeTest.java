// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Mapping;
import io.hotbay.linux.MappingFaults;
import io.hotbay.linux.Memfd;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MachineCodeTest {
    /** As when the bundle is replaced: code and handler of the first one serve all that follow. */
    @Test
    void shouldUseThePageThatIsThere() throws Exception {
        assumeTrue(MachineCode.obstacle() == null, MachineCode.obstacle());
        long handler = handlerOfSigbus();
        try (URLClassLoader other = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            Class<?> again = other.loadClass(MachineCode.class.getName());
            assertThat(again).isNotSameAs(MachineCode.class);
            assertThat(again.getMethod("obstacle").invoke(null)).isNull();
            assertThat(again.getMethod("copy", long.class, long.class).invoke(null, 0L, 0L))
                    .isEqualTo(0L);
        }
        assertThat(handlerOfSigbus()).isEqualTo(handler);
    }

    @Test
    void shouldCountTheSignalsThatItPassesOn() throws Exception {
        assumeTrue(MachineCode.obstacle() == null, MachineCode.obstacle());
        long before = MachineCode.signals();
        try (Descriptor file = Memfd.create("fault", 4096);
                Mapping mapping = Mapping.of(file, 0, 4096)) {
            file.truncate(0);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> {
                            mapping.window(0, 4096).get(0);
                            MappingFaults.surface();
                        })
                        .isInstanceOf(InternalError.class);
            }
        }
        assertThat(MachineCode.signals() - before).isEqualTo(3);
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
