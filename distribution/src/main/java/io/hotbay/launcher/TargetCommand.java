// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Runs the target in the foreground. Its options are named after spdk_tgt's where it has them. */
final class TargetCommand implements LauncherCommand {
    static final String VERSION = "version";
    private static final String SOCKET_DIR = "socket-dir";
    private static final String CPUMASK = "cpumask";
    private static final String MEM_SIZE = "mem-size";
    private static final String CONFIG = "config";
    private static final String CONFIG_FILE = "hotbay.config.file";
    private static final String INTERACTIVE = "interactive";
    private static final String EXECUTE = "execute";
    private static final String STATE_DIR = "state-dir";
    private static final String DEPLOY_DIR = "deploy-dir";
    private static final String KATA_STORE = "kata-store";
    private static final String LOG_LEVEL = "log-level";
    private static final String LOG_FILE = "log-file";
    private static final String TAKE_OVER = "take-over";

    private final List<String> arguments;

    /** @param arguments the whole command line, which a successor of this process is given too */
    TargetCommand(List<String> arguments) {
        this.arguments = arguments;
    }

    @Override
    public String name() {
        return "hotbay";
    }

    @Override
    public String operands() {
        return " [COMMAND]";
    }

    @Override
    public String summary() {
        return "A user-space storage target: exports block devices to virtual machines over vhost-user sockets.";
    }

    @Override
    public String details() {
        return String.format("Without a command it runs the target in the foreground until SIGTERM or SIGINT.%n");
    }

    @Override
    public Options options() {
        Options options = new Options();
        options.addOption(option(
                "S",
                SOCKET_DIR,
                "DIR",
                "Directory of the vhost-user sockets. Default: block/sockets in Kata's store for root, else "
                        + "vhost-user/block/sockets in the run directory."));
        options.addOption(option(
                "m",
                CPUMASK,
                "CORES",
                "Cores of the reactors: a mask such as 0x3 or a list such as 0,2-3. Default: 0x1."));
        options.addOption(option(
                "s",
                MEM_SIZE,
                "MB",
                "Hugepage memory to have at least, in MiB or with a suffix (4G). Default: what is there."));
        options.addOption(option("c", CONFIG, "FILE", "JSON file with bdevs and controllers to create."));
        options.addOption(option(
                "r",
                ControlOptions.CONTROL_SOCKET,
                "PATH",
                "Socket for 'hotbay exec', 'shell' and 'upgrade'. Default: control.sock in the run directory."));
        options.addOption(
                option("i", INTERACTIVE, null, "Give a shell on this terminal; leaving it stops the target."));
        options.addOption(option("e", EXECUTE, "COMMANDS", "Shell commands to run once the target is up."));
        options.addOption(option(
                null,
                STATE_DIR,
                "DIR",
                "Where the configuration is kept over restarts. Default: /var/lib/hotbay for root, else "
                        + "~/.local/state/hotbay."));
        options.addOption(option(
                null,
                ControlOptions.RUN_DIR,
                "DIR",
                "Where run-time files are kept. Default: /run/hotbay for root, else hotbay/ in "
                        + "$XDG_RUNTIME_DIR or /tmp/hotbay-<user>."));
        options.addOption(option(
                null,
                DEPLOY_DIR,
                "DIR",
                "Bundles dropped here are deployed live. Default: deploy/ of the installation if it can be "
                        + "read, else deploy/ in the state directory."));
        options.addOption(option(
                null,
                KATA_STORE,
                "DIR",
                "Kata Containers' vhost_user_store_path. Default: what -S belongs to, else "
                        + "/var/run/kata-containers/vhost-user."));
        options.addOption(option("L", LOG_LEVEL, "LEVEL", "ERROR, WARN, INFO, DEBUG or TRACE. Default: INFO."));
        options.addOption(option(
                null,
                LOG_FILE,
                "FILE",
                "Write the log to this file too, rotated. Default: hotbay.log in the state directory."));
        options.addOption(option(
                null,
                TAKE_OVER,
                "SOCKET",
                "Given by 'hotbay upgrade': take the place of the target that listens there."));
        options.addOption(option("v", VERSION, null, "Show the version and exit."));
        return options;
    }

    private static Option option(String letter, String name, String value, String description) {
        Option.Builder builder = Option.builder(letter).longOpt(name).desc(description);
        return value == null ? builder.get() : builder.hasArg().argName(value).get();
    }

    @Override
    public String footer() {
        return String.join(
                System.lineSeparator(),
                "",
                "Exit status:",
                "  0  stopped in good order, or the command succeeded",
                "  1  the target could not start or keep running, or the command failed",
                "  2  the command line is wrong",
                "  3  the configuration file (-c) is wrong; another attempt would fail too",
                "",
                "First steps:",
                "  hotbay -S /var/tmp/hotbay -i",
                "  g! bdev:create malloc Malloc0 size=64MiB block_size=4096",
                "  g! vhost:create-blk vhostblk0 Malloc0",
                "  g! vhost:qemu vhostblk0",
                "");
    }

    /** Runs the target until it is stopped. */
    @Override
    public int run(CommandLine line) throws LaunchException {
        String cores = line.getOptionValue(CPUMASK);
        String memory = line.getOptionValue(MEM_SIZE);
        Path config = path(line, CONFIG);
        String logLevel = line.getOptionValue(LOG_LEVEL, "INFO");
        check(cores, config, logLevel);
        Path logFile = path(line, LOG_FILE);
        if (logFile != null) {
            OptionChecks.checkLogFile(logFile);
        }
        Layout layout = new Layout(
                path(line, ControlOptions.RUN_DIR),
                path(line, STATE_DIR),
                path(line, SOCKET_DIR),
                path(line, DEPLOY_DIR),
                path(line, KATA_STORE));
        Map<String, String> properties = new HashMap<>(layout.frameworkProperties());
        put(properties, "hotbay.cores", cores);
        put(properties, "hotbay.memory.mib", memory == null ? null : OptionChecks.mebibytes(memory));
        Path takeOver = path(line, TAKE_OVER);
        if (takeOver == null) {
            // all that these have brought about is in what a successor takes over, and what was changed since as well
            put(properties, CONFIG_FILE, config == null ? null : config.toAbsolutePath());
            put(properties, "hotbay.execute", line.getOptionValue(EXECUTE));
        }
        put(properties, "hotbay.log.level", logLevel.toUpperCase(Locale.ROOT));
        put(properties, "hotbay.log.file", absolute(logFile, layout.logFile()));
        put(
                properties,
                "hotbay.control.socket",
                absolute(path(line, ControlOptions.CONTROL_SOCKET), layout.controlSocket()));
        put(properties, "hotbay.interactive", line.hasOption(INTERACTIVE));
        OwnCommand.put(properties, arguments);
        run(layout, properties, takeOver);
        return 0;
    }

    private static void check(String cores, Path config, String logLevel) throws LaunchException {
        if (cores != null) {
            OptionChecks.checkCores(cores);
        }
        if (config != null) {
            OptionChecks.checkConfig(config);
        }
        OptionChecks.checkLogLevel(logLevel);
    }

    private static void run(Layout layout, Map<String, String> properties, Path takeOver) throws LaunchException {
        TargetFramework framework = null;
        try (InstanceLocks locks = InstanceLocks.take(layout, takeOver != null)) {
            FrameworkCaches caches = new FrameworkCaches(layout.runDir(), takeOver != null);
            StartUp startUp = takeOver == null
                    ? new FirstStartUp(properties.containsKey(CONFIG_FILE))
                    : new SuccessorStartUp(takeOver, caches, locks);
            framework = new TargetFramework(properties, startUp, locks);
            if (takeOver == null) {
                caches.removeOthers();
                InterruptedWrites.finish(layout.configurations());
            }
            framework.run();
        } catch (LaunchException e) {
            if (takeOver != null) {
                SuccessorStartUp.tell(takeOver, e.getMessage());
            }
            throw e;
        } catch (IOException e) {
            throw new LaunchException(
                    "what the last target left in " + layout.runDir() + " and " + layout.configurations()
                            + " cannot be cleaned up: " + Layout.reason(e),
                    e);
        } finally {
            if (framework != null) {
                framework.locksReleased();
            }
        }
        Foreground.awaitIfNeeded(framework.successor());
    }

    private static Path path(CommandLine line, String option) {
        String text = line.getOptionValue(option);
        return text == null ? null : Path.of(text);
    }

    private static Path absolute(Path given, Path otherwise) {
        return given == null ? otherwise : given.toAbsolutePath();
    }

    private static void put(Map<String, String> properties, String key, Object value) {
        if (value != null) {
            properties.put(key, value.toString());
        }
    }
}
