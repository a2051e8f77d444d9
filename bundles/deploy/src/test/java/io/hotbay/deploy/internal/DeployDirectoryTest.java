// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.target.TargetException;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.log.Logger;

class DeployDirectoryTest {
    private static final long BUNDLE = 7;

    @TempDir
    Path temporary;

    private final FakeBundles bundles = new FakeBundles();
    private final List<String> log = new ArrayList<>();
    private Path directory;
    private DeployDirectory instance;
    private int versions;

    /** Notes what it is told, and refuses or is ended when asked to. */
    private static final class FakeBundles implements DeployDirectory.Bundles {
        private final List<String> told = new ArrayList<>();
        private long state;
        private String refusal = "";
        private String failure = "";
        private boolean endedBefore;
        private boolean endedAfter;

        @Override
        public long state() {
            return state;
        }

        @Override
        public void take(Path file, LongConsumer begun) throws TargetException, InterruptedException {
            act("take " + file.getFileName(), () -> begun.accept(BUNDLE));
        }

        @Override
        public void giveBack(long bundle, Optional<Path> other, Runnable begun)
                throws TargetException, InterruptedException {
            act(
                    "give back " + bundle
                            + other.map(each -> " to " + each.getFileName()).orElse(""),
                    begun);
        }

        private void act(String what, Runnable begun) throws TargetException, InterruptedException {
            if (endedBefore) {
                throw new InterruptedException();
            }
            told.add(what);
            if (!refusal.isEmpty()) {
                throw new TargetException(refusal);
            }
            begun.run();
            if (endedAfter) {
                Thread.currentThread().interrupt();
                throw new TargetException("the update goes on");
            }
            if (!failure.isEmpty()) {
                throw new TargetException(failure);
            }
        }

        List<String> told() {
            List<String> all = List.copyOf(told);
            told.clear();
            return all;
        }
    }

    @BeforeEach
    void begin() throws IOException {
        directory = Files.createDirectory(temporary.resolve("deploy"));
        nextInstance();
    }

    @AfterEach
    void forgetInterrupt() {
        Thread.interrupted();
    }

    /** As after a refresh of the deploy bundle. */
    private void nextInstance() {
        Logger logger = (Logger) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    log.add(Arrays.deepToString(arguments));
                    return null;
                });
        instance = new DeployDirectory(
                directory, new HandledFiles(temporary.resolve("dropped.json").toFile()), bundles, logger);
    }

    /** A file that has been there for a while. */
    private Path drop(String name) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "version " + versions++);
        return Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000L + versions));
    }

    @Test
    void shouldTakeEachFileOnce() throws Exception {
        drop("b.jar");
        drop("a.jar");
        drop("a.cfg");
        instance.look();
        assertThat(bundles.told()).containsExactly("take a.jar", "take b.jar");

        instance.look();
        nextInstance();
        instance.look();
        assertThat(bundles.told()).isEmpty();

        drop("b.jar");
        instance.look();
        assertThat(bundles.told()).containsExactly("take b.jar");
    }

    @Test
    void shouldWaitUntilAFileIsCopied() throws Exception {
        Path file = Files.writeString(directory.resolve("a.jar"), "half");
        Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() + 100_000));
        instance.look();
        assertThat(bundles.told()).isEmpty();
        instance.look();
        assertThat(bundles.told()).containsExactly("take a.jar");
    }

    @Test
    void shouldTakeWhatTheFormerInstanceWasEndedBefore() throws Exception {
        drop("a.jar");
        bundles.endedBefore = true;
        assertThatThrownBy(() -> instance.look()).isInstanceOf(InterruptedException.class);

        bundles.endedBefore = false;
        nextInstance();
        instance.look();
        assertThat(bundles.told()).containsExactly("take a.jar");
        assertThat(log).isEmpty();
    }

    @Test
    void shouldNotTakeAgainWhatTheFormerInstanceHasBegun() throws Exception {
        drop("a.jar");
        bundles.endedAfter = true;
        assertThatThrownBy(() -> instance.look()).isInstanceOf(InterruptedException.class);
        assertThat(bundles.told()).containsExactly("take a.jar");

        bundles.endedAfter = false;
        nextInstance();
        instance.look();
        assertThat(bundles.told()).isEmpty();
        assertThat(log).isEmpty();
    }

    @Test
    void shouldGiveBackWhatAFormerInstanceHasTaken() throws Exception {
        Path file = drop("a.jar");
        instance.look();
        bundles.told();
        nextInstance();

        Files.delete(file);
        instance.look();
        assertThat(bundles.told()).containsExactly("give back 7");
        instance.look();
        assertThat(bundles.told()).isEmpty();
    }

    @Test
    void shouldGiveBackWhatTheFormerInstanceWasEndedBefore() throws Exception {
        Path file = drop("a.jar");
        instance.look();
        bundles.told();
        Files.delete(file);
        bundles.endedBefore = true;
        assertThatThrownBy(() -> instance.look()).isInstanceOf(InterruptedException.class);

        bundles.endedBefore = false;
        nextInstance();
        instance.look();
        assertThat(bundles.told()).containsExactly("give back 7");
    }

    @Test
    void shouldGoBackToAnotherFileOfTheSameBundle() throws Exception {
        drop("a.jar");
        Path newer = drop("b.jar");
        instance.look();
        bundles.told();

        Files.delete(newer);
        instance.look();
        assertThat(bundles.told()).containsExactly("give back 7 to a.jar");
    }

    @Test
    void shouldTryWhatWasRefusedAgainWhenTheBundlesHaveChanged() throws Exception {
        drop("a.jar");
        bundles.refusal = "it lacks something";
        instance.look();
        instance.look();
        assertThat(bundles.told()).containsExactly("take a.jar");
        bundles.state++;
        instance.look();
        assertThat(bundles.told()).containsExactly("take a.jar");
        assertThat(log).singleElement().asString().contains("a.jar", "it lacks something");

        bundles.refusal = "";
        bundles.state++;
        instance.look();
        assertThat(bundles.told()).containsExactly("take a.jar");
        bundles.state++;
        instance.look();
        assertThat(bundles.told()).isEmpty();
    }

    @Test
    void shouldNotTryAgainWhatDidNotWork() throws Exception {
        drop("a.jar");
        bundles.failure = "the former version is back in place";
        instance.look();
        bundles.state++;
        instance.look();
        assertThat(bundles.told()).containsExactly("take a.jar");
        assertThat(log).singleElement().asString().contains("back in place");
    }

    @Test
    void shouldKeepWhatItHasWhenTheDirectoryIsAway() throws Exception {
        drop("a.jar");
        instance.look();
        bundles.told();
        Path away = Files.move(directory, temporary.resolve("away"));
        instance.look();
        Files.move(away, directory);
        instance.look();
        assertThat(bundles.told()).isEmpty();
    }

    @Test
    void shouldBeginAnewWithADamagedNote() throws Exception {
        drop("a.jar");
        Files.writeString(temporary.resolve("dropped.json"), "{\"a.jar\":");
        nextInstance();
        instance.look();
        assertThat(bundles.told()).containsExactly("take a.jar");
    }
}
