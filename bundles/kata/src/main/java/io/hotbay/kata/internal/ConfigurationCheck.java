// SPDX-License-Identifier: Apache-2.0
package io.hotbay.kata.internal;

import io.hotbay.kata.KataFinding;
import io.hotbay.kata.KataFinding.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;

/** Compares Kata's configuration.toml with what a vhost-user store needs. */
final class ConfigurationCheck {
    /** Where Kata's runtime looks, in its order; the last one is where kata-deploy puts it. */
    static final List<Path> DEFAULTS = List.of(
            Path.of("/etc/kata-containers/configuration.toml"),
            Path.of("/usr/share/defaults/kata-containers/configuration.toml"),
            Path.of("/opt/kata/share/defaults/kata-containers/configuration.toml"));

    private static final String SECTION = "hypervisor.qemu";
    private static final String DEFAULT_STORE = "/var/run/kata-containers/vhost-user/";
    /** Machines with a PCI bus that a vhost-user-blk-pci device can be plugged into. */
    private static final Set<String> MACHINES = Set.of("q35", "pc", "virt");

    private static final String FILE = "configuration.toml";

    private final Path store;

    ConfigurationCheck(Path store) {
        this.store = store;
    }

    List<KataFinding> run(Path configuration) throws IOException {
        Path file = configuration != null ? configuration : findDefault();
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a directory: name the file in it, such as " + file.resolve(FILE));
        }
        if (!Files.isReadable(file)) {
            throw new IOException(file + " cannot be read: "
                    + (Files.exists(file) ? "check its permissions" : "there is no such file"));
        }
        TomlParseResult toml = Toml.parse(file);
        if (toml.hasErrors()) {
            TomlParseError error = toml.errors().get(0);
            throw new IOException(file + ":" + error.position().line() + ":"
                    + error.position().column() + ": " + error.getMessage());
        }
        return new Findings(file, toml).all();
    }

    private static Path findDefault() throws IOException {
        return DEFAULTS.stream()
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new IOException("Kata has no configuration at "
                        + String.join(
                                ", ", DEFAULTS.stream().map(Path::toString).toList())
                        + ": name the file, as in kata:check /path/configuration.toml"));
    }

    /** The findings of one file. */
    private final class Findings {
        private final Path file;
        private final TomlParseResult toml;
        private final List<KataFinding> found = new ArrayList<>();

        Findings(Path file, TomlParseResult toml) {
            this.file = file;
            this.toml = toml;
        }

        List<KataFinding> all() {
            if (!toml.isTable(SECTION)) {
                add(Severity.ERROR, SECTION, "there is no such section: Kata's vhost-user store works with QEMU only");
                return found;
            }
            enabled("enable_hugepages", "Kata refuses vhost-user disks without it");
            enabled("enable_vhost_user_store", "without it the device is passed on as an ordinary block device");
            storePath();
            reconnect();
            machine();
            return found;
        }

        private void enabled(String name, String why) {
            String key = SECTION + "." + name;
            Object value = toml.get(key);
            if (Boolean.TRUE.equals(value)) {
                add(Severity.OK, key, "true");
            } else {
                String now = value == null ? "is missing, which means false" : "is " + value;
                add(Severity.ERROR, key, now + ": write " + name + " = true; " + why);
            }
        }

        private void storePath() {
            String key = SECTION + ".vhost_user_store_path";
            Object value = toml.get(key);
            if (value != null && !(value instanceof String)) {
                add(Severity.ERROR, key, "is no string: write vhost_user_store_path = \"" + store + "\"");
                return;
            }
            String path = value == null ? DEFAULT_STORE : (String) value;
            String now = value == null ? "is missing, which means \"" + DEFAULT_STORE + "\"" : "\"" + path + "\"";
            if (same(Path.of(path))) {
                add(Severity.OK, key, now);
            } else {
                add(
                        Severity.ERROR,
                        key,
                        now + ", but this target keeps " + store + ": write vhost_user_store_path = \"" + store
                                + "\", or start with --kata-store " + path);
            }
        }

        private boolean same(Path path) {
            try {
                return path.toRealPath().equals(store.toRealPath());
            } catch (IOException e) {
                // One of them is not there: compare the names.
                return path.toAbsolutePath().normalize().equals(store);
            }
        }

        private void reconnect() {
            String key = SECTION + ".vhost_user_reconnect_timeout_sec";
            Object value = toml.get(key);
            if (value != null && !(value instanceof Long)) {
                add(Severity.ERROR, key, "is no number: write vhost_user_reconnect_timeout_sec = 1");
            } else if (value == null || (Long) value == 0) {
                String now = value == null ? "is missing, which means 0" : "is 0";
                add(
                        Severity.WARNING,
                        key,
                        now + ": disks do not survive a restart of the target; write "
                                + "vhost_user_reconnect_timeout_sec = 1, unless Kata's QEMU is 10.2 or newer, which lacks the option");
            } else {
                add(Severity.OK, key, value + "; QEMU 10.2 and newer refuse it: write 0 there");
            }
        }

        private void machine() {
            String key = SECTION + ".machine_type";
            Object value = toml.get(key);
            if (value == null) {
                add(Severity.OK, key, "is missing, which means q35");
            } else if (value instanceof String && MACHINES.contains(value)) {
                add(Severity.OK, key, "\"" + value + "\"");
            } else {
                add(Severity.ERROR, key, "is " + value + ", which has no PCI hot-plug: write machine_type = \"q35\"");
            }
        }

        private void add(Severity severity, String key, String message) {
            TomlPosition position = toml.inputPositionOf(key);
            found.add(new KataFinding(severity, file, position == null ? 0 : position.line(), key, message));
        }
    }
}
