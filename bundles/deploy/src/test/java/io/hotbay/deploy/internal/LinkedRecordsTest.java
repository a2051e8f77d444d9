// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LinkedRecordsTest {
    private static final int LOOKS = 50;
    private static final long PAUSE_MILLIS = 20;

    /** A record as bundles have them. */
    record Compared(Compared other) {
        /** Makes its methods. */
        static Object use() {
            Compared one = new Compared(null);
            return one.equals(new Compared(one)) + " " + one.hashCode();
        }
    }

    /** Loads the record itself, as the class loader of a bundle does. */
    private static final class Loader extends ClassLoader {
        Class<?> define() throws IOException {
            String name = Compared.class.getName();
            try (InputStream in =
                    LinkedRecordsTest.class.getResourceAsStream("/" + name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            }
        }
    }

    private static WeakReference<ClassLoader> used() throws Exception {
        Loader loader = new Loader();
        var use = loader.define().getDeclaredMethod("use");
        use.setAccessible(true);
        assertThat(use.invoke(null)).isEqualTo("false 0");
        return new WeakReference<>(loader);
    }

    @Test
    void shouldLetTheLoaderOfARecordGoThatWasCompared() throws Exception {
        WeakReference<ClassLoader> loader = used();

        LinkedRecords.forget();

        for (int look = 0; look < LOOKS && loader.get() != null; look++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        assertThat(loader.get()).isNull();
    }
}
