// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import io.hotbay.frontend.ControlClient;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The installed product, run as a process with all its directories in a temporary one with a short path. */
final class Product implements AutoCloseable {
    private static final Path HOME =
            Path.of(System.getProperty("hotbay.home")).toAbsolutePath().normalize();
    private static final Path JAR =
            Path.of(System.getProperty("hotbay.jar")).toAbsolutePath().normalize();
    private static final long PATIENCE_SECONDS = 120;
    private static final long LOOK_AGAIN_MILLIS = 50;

    private final Path dir;
    private final Map<String, String> environment = new HashMap<>();
    private final List<Process> started = new ArrayList<>();
    private final ControlClient control;
    private Process target;
    private int runs;

    Product() throws IOException {
        // Short, because a socket's path has a limit of 107 bytes.
        dir = Files.createTempDirectory("hb");
        control = new ControlClient(dir.resolve("r").resolve("control.sock"), Duration.ofSeconds(PATIENCE_SECONDS));
    }

    /** What a finished process left. */
    record Result(int status, String out, String err) {}

    static Path home() {
        return HOME;
    }

    static Path jar() {
        return JAR;
    }

    Path dir() {
        return dir;
    }

    Path store() {
        return dir.resolve("k");
    }

    Path sockets() {
        return store().resolve("block").resolve("sockets");
    }

    Path devices() {
        return store().resolve("block").resolve("devices");
    }

    Path socket(String controller) {
        return sockets().resolve(controller);
    }

    Path deploy() {
        return dir.resolve("d");
    }

    Path write(String name, String content) throws IOException {
        return Files.writeString(dir.resolve(name), content);
    }

    Product with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** The options that keep a run of the product to itself. */
    List<String> options() {
        return List.of(
                "-S",
                sockets().toString(),
                "--run-dir",
                dir.resolve("r").toString(),
                "--state-dir",
                dir.resolve("s").toString(),
                "--deploy-dir",
                deploy().toString());
    }

    /** Starts the target and waits until everything that is configured is there. */
    Product start(String... more) throws IOException, InterruptedException {
        return startCommand(command(more));
    }

    /** Starts the target and waits for nothing, like whoever keeps a service running. */
    void startWithoutWaiting() throws IOException {
        target = launch(command());
    }

    private List<String> command(String... more) {
        List<String> command =
                new ArrayList<>(List.of(HOME.resolve("bin/hotbay").toString()));
        command.addAll(options());
        command.addAll(List.of(more));
        return command;
    }

    Product startCommand(List<String> command) throws IOException, InterruptedException {
        target = launch(command);
        Path socket = dir.resolve("r").resolve("control.sock");
        await("the control socket", () -> accepts(socket) || !target.isAlive());
        if (!target.isAlive()) {
            throw new AssertionError("the target ended with status " + target.exitValue() + ":\n" + log());
        }
        Result ready = exec("target:wait 60");
        if (ready.status() != 0) {
            throw new AssertionError("the target is not ready: " + ready.err() + "\n" + log());
        }
        return this;
    }

    /** A killed target leaves its socket, so that it is there tells nothing. */
    private static boolean accepts(Path socket) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    /** Runs a shell command in the running target. A target that is gone has failed at it, as {@code bin/hotbay exec} says too. */
    Result exec(String command) {
        try {
            ControlClient.Answer answer = control.run(command);
            return new Result(answer.status(), answer.out(), answer.err());
        } catch (IOException gone) {
            return new Result(1, "", "hotbay: " + gone + "\n");
        }
    }

    /** Runs shell commands that have to succeed, one after the other, and returns what the last one printed. */
    String execute(String... commands) {
        String out = "";
        for (String command : commands) {
            Result result = exec(command);
            if (result.status() != 0) {
                throw new AssertionError(command + ": " + result.err());
            }
            out = result.out();
        }
        return out;
    }

    /** Like {@link #exec} with {@code bin/hotbay exec}, a process of its own that takes its time. */
    Result execByProgram(String command) throws IOException, InterruptedException {
        return hotbay(List.of("exec", "--run-dir", dir.resolve("r").toString(), command));
    }

    /** Runs {@code bin/hotbay} with these arguments to its end. */
    Result hotbay(List<String> arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(HOME.resolve("bin/hotbay").toString()));
        command.addAll(arguments);
        return run(command.toArray(new String[0]));
    }

    Result run(String... command) throws IOException, InterruptedException {
        Process process;
        int run;
        // tests run commands at the same time
        synchronized (this) {
            process = launch(List.of(command));
            run = runs;
        }
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("did not end: " + String.join(" ", command) + "\n" + read(run, "err"));
        }
        return new Result(process.exitValue(), read(run, "out"), read(run, "err"));
    }

    private Process launch(List<String> command) throws IOException {
        runs++;
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectOutput(dir.resolve(runs + ".out").toFile());
        builder.redirectError(dir.resolve(runs + ".err").toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        started.add(process);
        return process;
    }

    private String read(int run, String stream) throws IOException {
        return Files.readString(dir.resolve(run + "." + stream), StandardCharsets.UTF_8);
    }

    /** All that any process of this product has printed. */
    String log() throws IOException {
        StringBuilder all = new StringBuilder();
        for (int run = 1; run <= runs; run++) {
            all.append(read(run, "out")).append(read(run, "err"));
        }
        return all.toString();
    }

    /** The target's process. */
    Process process() {
        return target;
    }

    /** A command under way, and where its output goes. */
    record Running(Process process, Path out, Path err) {
        /** Waits until it has printed something, or has ended. */
        void awaitOutput(String text) throws IOException, InterruptedException {
            await(text, () -> Files.readString(out).contains(text) || !process.isAlive());
        }

        Result result() throws IOException, InterruptedException {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("did not end: " + Files.readString(out) + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        }
    }

    /** Begins {@code bin/hotbay upgrade}. */
    Running beginUpgrade(String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                HOME.resolve("bin/hotbay").toString(),
                "upgrade",
                "--run-dir",
                dir.resolve("r").toString()));
        command.addAll(List.of(more));
        Process process = launch(command);
        return new Running(process, dir.resolve(runs + ".out"), dir.resolve(runs + ".err"));
    }

    Result upgrade(String... more) throws IOException, InterruptedException {
        return beginUpgrade(more).result();
    }

    /** The process that has the run directory, be it the one that was started or a successor. */
    long serving() throws IOException {
        return Long.parseLong(
                Files.readAllLines(dir.resolve("r").resolve(".hotbay.lock")).get(0));
    }

    /** Whether a process lives; one that has ended and is nobody's child any more may stay for a while. */
    static boolean isAlive(long pid) throws IOException {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    static void kill(long pid) throws IOException, InterruptedException {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        await("the end of process " + pid, () -> !isAlive(pid));
    }

    /** Ends what successors have been started and are nobody's children any more: they have this run directory in their command lines. */
    private void killSuccessors() throws IOException {
        String mark = dir.resolve("r").toString();
        List<ProcessHandle> left = ProcessHandle.allProcesses()
                .filter(each -> commandLine(each).contains(mark))
                .toList();
        left.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle each : left) {
            try {
                kill(each.pid());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
        } catch (IOException ended) {
            return "";
        }
    }

    /** Sends SIGKILL and waits for the end. */
    void kill() throws InterruptedException {
        target.destroyForcibly().waitFor();
    }

    /** Sends SIGTERM and waits for the end. */
    int stop() throws InterruptedException {
        target.destroy();
        return exitStatus();
    }

    int exitStatus() throws InterruptedException {
        if (!target.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the target did not stop");
        }
        return target.exitValue();
    }

    /** Something that comes true by itself. */
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /** What a failed wait adds to its message. */
    interface Explanation {
        String text() throws IOException, InterruptedException;
    }

    static void await(String what, Condition condition) throws IOException, InterruptedException {
        await(what, condition, () -> "");
    }

    static void await(String what, Condition condition, Explanation explanation)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain for " + what + "\n" + explanation.text());
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    @Override
    public void close() throws IOException {
        started.forEach(Process::destroyForcibly);
        for (Process process : started) {
            process.onExit().join();
        }
        killSuccessors();
        LeaseFolders.delete(dir.resolve("r"));
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
