// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.junit.jupiter.api.Assumptions.abort;

import io.hotbay.itest.product.Product.Result;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A real systemd, in namespaces of its own, with the product installed in it as its unit's first line says; see private-systemd.sh. What
 * it writes is gone with it.
 */
final class Systemd implements AutoCloseable {
    static final String UNIT = "hotbay.service";

    private static final String SCRIPT = "private-systemd.sh";
    private static final String HOME = "/opt/hotbay";
    private static final int IMPOSSIBLE = 77;

    /** Its directory, and what runs commands; never started. */
    private final Product product;

    private final Path dir;
    private final Process script;
    private String pid;

    private Systemd(Product product) throws IOException {
        this.product = product;
        dir = Files.createDirectory(product.dir().resolve("y"));
        Path file = product.dir().resolve(SCRIPT);
        try (InputStream resource = getClass().getResourceAsStream("/" + SCRIPT)) {
            Files.copy(resource, file);
        }
        script = new ProcessBuilder("sh", file.toString(), dir.toString())
                .redirectErrorStream(true)
                .redirectOutput(output().toFile())
                .start();
    }

    /** Starts one and installs the product; aborts the test where that is impossible. */
    static Systemd start() throws IOException, InterruptedException {
        Systemd systemd = new Systemd(new Product());
        boolean done = false;
        try {
            systemd.boot();
            systemd.install();
            done = true;
            return systemd;
        } finally {
            if (!done) {
                systemd.close();
            }
        }
    }

    private Path output() {
        return product.dir().resolve("systemd.out");
    }

    private void boot() throws IOException, InterruptedException {
        Path started = dir.resolve("pid");
        Product.await("systemd", () -> Files.exists(started) || !script.isAlive());
        if (!script.isAlive()) {
            String why = Files.readString(output()).strip();
            if (script.exitValue() == IMPOSSIBLE) {
                abort(why);
            }
            throw new AssertionError("systemd does not start: " + why);
        }
        pid = Files.readString(started).strip();
        Product.await(
                "systemd to be up",
                () -> isUp(state()) || !script.isAlive(),
                () -> state() + run("systemctl", "list-jobs").out());
        if (!state().equals("running")) {
            abort("systemd is \"" + state() + "\" here: "
                    + run("systemctl", "list-units", "--failed").out());
        }
    }

    private String state() throws IOException, InterruptedException {
        return run("systemctl", "is-system-running").out().strip();
    }

    private static boolean isUp(String state) {
        return state.equals("running") || state.equals("degraded");
    }

    private void install() throws IOException, InterruptedException {
        require(product.run("cp", "-a", Product.home().toString(), path(HOME).toString()));
        Files.copy(path(HOME + "/systemd/" + UNIT), path("/etc/systemd/system/" + UNIT));
        execute("systemctl", "daemon-reload");
    }

    /** The configuration file that the unit names. */
    void configure(String json) throws IOException {
        Files.writeString(path(HOME + "/conf/hotbay.json"), json);
    }

    /** What is at a path in there, from here. */
    Path path(String inside) {
        return Path.of("/proc", pid, "root" + inside);
    }

    /** Runs a command in there. */
    Result run(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("nsenter", "-a", "-t", pid));
        all.addAll(List.of(command));
        return product.run(all.toArray(new String[0]));
    }

    /** Runs a command in there that has to succeed, and returns what it prints. */
    String execute(String... command) throws IOException, InterruptedException {
        return require(run(command)).out();
    }

    /** Runs {@code bin/hotbay} in there. */
    String hotbay(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(HOME + "/bin/hotbay"));
        command.addAll(List.of(arguments));
        return execute(command.toArray(new String[0]));
    }

    private Result require(Result result) throws IOException, InterruptedException {
        if (result.status() != 0) {
            throw new AssertionError(result + "\n" + log());
        }
        return result;
    }

    /** A property of the unit, as {@code systemctl show} has it. */
    String property(String name) throws IOException, InterruptedException {
        return execute("systemctl", "show", "--value", "-p", name, UNIT).strip();
    }

    /** The unit's journal. */
    String log() throws IOException, InterruptedException {
        return run("journalctl", "--no-pager", "-o", "cat", "-u", UNIT).out();
    }

    @Override
    public void close() throws IOException {
        script.getOutputStream().close();
        script.onExit().join();
        product.close();
    }
}
