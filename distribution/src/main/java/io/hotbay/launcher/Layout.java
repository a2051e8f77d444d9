// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where everything lies on this machine, for this user. */
final class Layout {
    private static final Path KATA_STORE = Path.of("/var/run/kata-containers/vhost-user");
    private static final Path KATA_SOCKETS = Path.of("block", "sockets");

    private final Path runDir;
    private final Path stateDir;
    private final Path socketDir;
    private final Path deployDir;
    private final Path kataStore;

    Layout(Path runDir, Path stateDir, Path socketDir, Path deployDir, Path kataStore) throws LaunchException {
        boolean root = "root".equals(System.getProperty("user.name"));
        this.runDir = create(runDir != null ? runDir : defaultRunDir(root), "run directory", "--run-dir", "rwx------");
        this.stateDir = create(
                stateDir != null ? stateDir : defaultStateDir(root), "state directory", "--state-dir", "rwx------");
        Path sockets = socketDir != null ? socketDir : defaultSocketDir(root, kataStore);
        this.socketDir = create(sockets, "socket directory", "-S", "rwxr-xr-x");
        this.kataStore = kataStore != null ? kataStore.toAbsolutePath() : storeOf(this.socketDir, root);
        this.deployDir = deployDir != null
                ? create(deployDir, "deploy directory", "--deploy-dir", "rwxr-xr-x")
                : defaultDeployDir();
    }

    /**
     * A directory that only one target may use.
     *
     * @param what it is, for people
     * @param option chooses another
     */
    record Directory(Path path, String what, String option) {}

    List<Directory> exclusive() {
        return List.of(
                new Directory(runDir, "run directory", "--run-dir"),
                new Directory(socketDir, "socket directory", "-S"),
                new Directory(stateDir, "state directory", "--state-dir"));
    }

    Path runDir() {
        return runDir;
    }

    Path controlSocket() {
        return controlSocket(runDir);
    }

    Path logFile() {
        return stateDir.resolve("hotbay.log");
    }

    /** Where Configuration Admin keeps its files. */
    Path configurations() {
        return stateDir.resolve("config");
    }

    /** The control socket of the target that uses a run directory; the default one if it is null. */
    static Path controlSocket(Path runDir) {
        Path dir = runDir != null ? runDir : defaultRunDir("root".equals(System.getProperty("user.name")));
        return dir.resolve("control.sock").toAbsolutePath();
    }

    /** Where a target that was started without -S has its sockets. */
    static Path defaultSocketDir() {
        boolean root = "root".equals(System.getProperty("user.name"));
        return root ? KATA_STORE.resolve(KATA_SOCKETS) : inRunDir(defaultRunDir(false));
    }

    private static Path inRunDir(Path runDir) {
        return runDir.resolve("vhost-user").resolve(KATA_SOCKETS);
    }

    Map<String, String> frameworkProperties() {
        Map<String, String> properties = new HashMap<>();
        properties.put("hotbay.run.dir", runDir.toString());
        properties.put("hotbay.state.dir", stateDir.toString());
        properties.put("hotbay.socket.dir", socketDir.toString());
        properties.put("hotbay.kata.store", kataStore.toString());
        properties.put("hotbay.deploy.dir", deployDir.toString());
        properties.put("org.osgi.framework.storage", runDir.resolve("framework").toString());
        properties.put("felix.cm.dir", configurations().toString());
        properties.put("felix.fileinstall.dir", deployDir.toString());
        properties.put("felix.fileinstall.tmpdir", runDir.resolve("fileinstall").toString());
        return properties;
    }

    private static Path defaultRunDir(boolean root) {
        if (root) {
            return Path.of("/run/hotbay");
        }
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && Files.isWritable(Path.of(runtime))) {
            return Path.of(runtime, "hotbay");
        }
        return Path.of(System.getProperty("java.io.tmpdir"), "hotbay-" + System.getProperty("user.name"));
    }

    private Path defaultStateDir(boolean root) {
        if (root) {
            return Path.of("/var/lib/hotbay");
        }
        String state = System.getenv("XDG_STATE_HOME");
        if (state != null) {
            return Path.of(state, "hotbay");
        }
        String home = System.getenv().getOrDefault("HOME", System.getProperty("user.home"));
        if (Files.isWritable(Path.of(home))) {
            return Path.of(home, ".local", "state", "hotbay");
        }
        Path dir = runDir.resolve("state");
        System.err.println(
                "hotbay: the home directory " + home + " cannot be written: keeping the configuration in " + dir);
        return dir;
    }

    private Path defaultSocketDir(boolean root, Path store) {
        if (store != null) {
            return store.resolve(KATA_SOCKETS);
        }
        return root ? KATA_STORE.resolve(KATA_SOCKETS) : inRunDir(runDir);
    }

    private static Path storeOf(Path sockets, boolean root) {
        if (sockets.endsWith(KATA_SOCKETS)) {
            return sockets.getParent().getParent();
        }
        return root ? KATA_STORE : sockets.resolve("kata");
    }

    private Path defaultDeployDir() throws LaunchException {
        String home = System.getProperty("hotbay.home");
        if (home != null && Files.isReadable(Path.of(home, "deploy"))) {
            return Path.of(home, "deploy").toAbsolutePath();
        }
        return create(stateDir.resolve("deploy"), "deploy directory", "--deploy-dir", "rwxr-xr-x");
    }

    private static Path create(Path dir, String what, String option, String permissions) throws LaunchException {
        Path absolute = dir.toAbsolutePath().normalize();
        try {
            // Only what is made here gets these permissions; a directory that exists keeps its own.
            if (!Files.isDirectory(absolute)) {
                Files.createDirectories(absolute.getParent());
                Files.createDirectory(
                        absolute, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
            }
        } catch (IOException e) {
            throw new LaunchException(
                    "cannot create the " + what + " " + absolute + " (" + reason(e) + "): choose another with "
                            + option,
                    e);
        }
        if (!Files.isWritable(absolute)) {
            throw new LaunchException("the " + what + " " + absolute + " cannot be written: choose another with "
                    + option + ", or run as a user who may");
        }
        return absolute;
    }

    static String reason(IOException e) {
        if (e instanceof java.nio.file.AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof java.nio.file.NoSuchFileException) {
            return "there is no such file or directory";
        }
        if (e instanceof java.nio.file.FileAlreadyExistsException) {
            return "there is a file of that name";
        }
        return e.getMessage();
    }
}
