// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.Converter;
import org.junit.jupiter.api.Test;

class LostConvertersTest {
    /** As SCR makes it: equals is that of the handler, whom the proxy is not equal to. */
    private static Converter strange() {
        Object handler = new Object();
        return (Converter) Proxy.newProxyInstance(
                LostConvertersTest.class.getClassLoader(),
                new Class<?>[] {Converter.class},
                (proxy, method, arguments) -> method.invoke(handler, arguments));
    }

    private static Converter ordinary() {
        return new Converter() {
            @Override
            public Object convert(Class<?> desired, Object in) {
                return null;
            }

            @Override
            public CharSequence format(Object target, int level, Converter escape) {
                return null;
            }
        };
    }

    private static int count(CommandProcessorImpl processor) throws ReflectiveOperationException {
        var field = CommandProcessorImpl.class.getDeclaredField("converters");
        field.setAccessible(true);
        return ((Collection<?>) field.get(processor)).size();
    }

    @Test
    void shouldRemoveFromGogoWhatItCannotRemoveItself() throws Exception {
        CommandProcessorImpl processor = new CommandProcessorImpl(new ThreadIOImpl());
        int builtIn = count(processor);
        Converter lost = strange();
        Converter registered = strange();
        processor.addConverter(lost);
        processor.addConverter(registered);
        processor.addConverter(ordinary());
        processor.removeConverter(lost);
        assertThat(count(processor))
                .as("that Gogo cannot is why all this is here")
                .isEqualTo(builtIn + 3);

        Set<Converter> services = Collections.newSetFromMap(new IdentityHashMap<>());
        services.add(registered);
        LostConverters.remove(processor, services);

        assertThat(count(processor)).isEqualTo(builtIn + 2);
        LostConverters.remove(processor, Collections.newSetFromMap(new IdentityHashMap<>()));
        assertThat(count(processor)).isEqualTo(builtIn + 1);
    }
}
