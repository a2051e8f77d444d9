// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.ControlClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Hotbay, started from its distribution, with all that it keeps in one directory. */
public final class HotbayProcess implements AutoCloseable {
    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 20;
    private static final long LOOK_EVERY_MILLIS = 5;
    private static final Duration COMMAND_PATIENCE = Duration.ofSeconds(60);

    private final Path home;
    private final Path directory;
    private final Process process;
    private final ControlClient control;

    private HotbayProcess(Path home, Path directory, Process process) {
        this.home = home;
        this.directory = directory;
        this.process = process;
        control = new ControlClient(controlSocket(), COMMAND_PATIENCE);
    }

    /**
     * Where it runs.
     *
     * @param home the installation
     * @param jdk its directory, or null for the one that the program finds
     * @param cores what it may use, as taskset takes them
     * @param reactorCore the core of its only reactor
     */
    public record Place(Path home, Path jdk, String cores, int reactorCore) {}

    /**
     * Starts one, and returns when all of its sockets are there.
     *
     * @param directory is there and empty, and its path is short
     * @param config its configuration, in JSON
     * @param controllers names of the controllers in it
     */
    public static HotbayProcess start(Place place, Path directory, String config, List<String> controllers)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("taskset", "-c", place.cores()));
        command.add(place.home().resolve("bin/hotbay").toString());
        command.addAll(List.of("-S", directory.resolve("s").toString()));
        command.addAll(List.of("-m", Integer.toString(place.reactorCore())));
        command.addAll(List.of(
                "-c",
                Files.writeString(directory.resolve("config.json"), config).toString()));
        command.addAll(List.of("--state-dir", directory.resolve("t").toString()));
        command.addAll(List.of("--run-dir", directory.resolve("r").toString()));
        command.addAll(List.of("--deploy-dir", directory.resolve("d").toString()));
        command.addAll(List.of("--kata-store", directory.resolve("k").toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile());
        if (place.jdk() != null) {
            builder.environment().put("JAVA_HOME", place.jdk().toString());
        }
        HotbayProcess hotbay = new HotbayProcess(place.home(), directory, builder.start());
        boolean started = false;
        try {
            hotbay.awaitSockets(controllers);
            started = true;
            return hotbay;
        } finally {
            if (!started) {
                hotbay.close();
            }
        }
    }

    private void awaitSockets(List<String> controllers) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!Files.exists(controlSocket())
                || !controllers.stream().allMatch(controller -> Files.exists(socket(controller)))) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("hotbay did not start: " + output());
            }
            pause(LOOK_EVERY_MILLIS);
        }
    }

    private Path controlSocket() {
        return directory.resolve("r/control.sock");
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** The socket of a controller. */
    public Path socket(String controller) {
        return directory.resolve("s").resolve(controller);
    }

    /** Runs a command in it, and returns what that printed. Fails if its status is not 0. */
    public String execute(String command) throws IOException {
        return control.execute(command);
    }

    /** Puts another process in its place with {@code bin/hotbay upgrade}, and returns what that printed. Fails if its status is not 0. */
    public String upgrade() throws IOException {
        Process upgrade = new ProcessBuilder(
                        home.resolve("bin/hotbay").toString(),
                        "upgrade",
                        "--run-dir",
                        directory.resolve("r").toString())
                .redirectErrorStream(true)
                .start();
        String told = new String(upgrade.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (upgrade.onExit().join().exitValue() != 0) {
            throw new IOException("hotbay upgrade: " + told + output());
        }
        return told;
    }

    /** What it has printed. */
    public String output() throws IOException {
        return Files.readString(directory.resolve("output")).strip();
    }

    /** Sleeps. */
    public static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    @Override
    public void close() {
        successor().ifPresent(HotbayProcess::stop);
        stop(process.toHandle());
    }

    /** The process that serves now, if there was an upgrade: its number is in the lock of the run directory. */
    private Optional<ProcessHandle> successor() {
        try {
            String number =
                    Files.readAllLines(directory.resolve("r/.hotbay.lock")).get(0);
            return ProcessHandle.of(Long.parseLong(number)).filter(each -> each.pid() != process.pid());
        } catch (IOException | RuntimeException none) {
            return Optional.empty();
        }
    }

    private static void stop(ProcessHandle process) {
        process.destroy();
        try {
            process.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException late) {
            process.destroyForcibly();
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
