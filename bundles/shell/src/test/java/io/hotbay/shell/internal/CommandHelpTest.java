// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.BundleContext;

/** How the help of all commands reads. */
class CommandHelpTest {
    static Stream<CommandFunction> commands() {
        BundleContext context = BundleContext.class.cast(Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, all) -> null));
        return new CommandRegistry(context, new TargetServices(context)).commands().values().stream();
    }

    /** Lines are broken where the help is printed; a break of our own after a long line leaves a word alone on the next. */
    @ParameterizedTest
    @MethodSource("commands")
    void shouldBreakNoParagraphByHand(CommandFunction command) {
        String[] footer = command.spec().usageMessage().footer();

        for (int line = 0; line + 1 < footer.length; line++) {
            assertThat(footer[line].length() > CommandFunction.WIDTH && !footer[line + 1].isEmpty())
                    .as("%s: %s", command.name(), Arrays.toString(footer))
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldSayWhatACommandDoesInOneSentence(CommandFunction command) {
        assertThat(command.summary()).matches("[A-Z].*\\.").hasSizeLessThanOrEqualTo(CommandFunction.WIDTH);
    }
}
