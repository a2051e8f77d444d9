// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.hotbay.bdev.ByteSize;
import io.hotbay.target.MigrationStatus;
import io.hotbay.target.Migrations;
import io.hotbay.target.PauseSum;
import io.hotbay.target.TargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands that move a bdev to another backend. */
final class MigrateCommands {
    private static final String URING = "uring";

    private MigrateCommands() {}

    @Command(
            description = "Move a block device to another backend while guests use it.",
            footer = {
                "",
                "Examples:",
                "  bdev:migrate Malloc0 uring filename=/data/disk.img",
                "  bdev:migrate Malloc0 file /data/disk.img",
                "  bdev:migrate --background --rate 100MiB Malloc0 malloc",
                "  bdev:migrate --cancel Malloc0",
                "",
                "Everything is copied, what guests write meanwhile goes to both, then the new backend takes the place of the old"
                        + " one, under the same name. Until then the old one is in charge: when something fails, when it is"
                        + " called off and when the target dies, everything is as before. Size and block size are those of the"
                        + " bdev unless given; a file that does not exist is made. file PATH is short for uring filename=PATH."
            })
    static final class Migrate extends ShellCommand {
        private static final long PROGRESS_MILLIS = 1000;
        private static final long LOOK_MILLIS = 20;

        @Option(
                names = {"-b", "--background"},
                description = "Return at once; bdev:migrations shows how far it is.")
        private boolean background;

        @Option(names = "--cancel", description = "Call the migration of this bdev off.")
        private boolean cancel;

        @Option(
                names = "--rate",
                paramLabel = "BYTES",
                description = "Copy at most as many bytes in a second, such as 100MiB. Default: no limit.")
        private String rate;

        @Option(
                names = "--overwrite",
                description =
                        "Also when the new backend has contents, which are lost then: a file with data, or a device.")
        private boolean overwrite;

        @Parameters(index = "0", paramLabel = "NAME", description = "The bdev.")
        private String name;

        @Parameters(index = "1", arity = "0..1", paramLabel = "TYPE", description = "The type it is to have.")
        private String type;

        @Parameters(index = "2..*", paramLabel = "OPTION=VALUE", description = "Options of that type.")
        private List<String> options = new ArrayList<>();

        Migrate(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            Migrations migrations = services().migrations();
            if (cancel) {
                if (type != null || rate != null) {
                    throw new ShellException("--cancel takes the name of the bdev and nothing else");
                }
                migrations.cancel(name);
                out().println("the migration of " + name + " is called off");
                return;
            }
            if (type == null) {
                throw new ShellException(
                        "say which type " + name + " is to have, such as uring: bdev:types lists them");
            }
            String wanted = type.equals("file") ? URING : type;
            MigrationStatus status = migrations.start(name, wanted, options(wanted), bytes(), overwrite);
            if (background) {
                out().println(name + ": " + status.sourceType() + " to " + status.destinationType()
                        + " in the background; bdev:migrations shows how far it is");
                return;
            }
            follow(migrations);
        }

        /** A path alone is the file's name. */
        private Map<String, String> options(String wanted) throws ShellException {
            List<String> all = new ArrayList<>(options);
            if (wanted.equals(URING) && !all.isEmpty() && all.get(0).indexOf('=') < 0) {
                all.set(0, "filename=" + all.get(0));
            }
            return OptionArguments.parse(all);
        }

        private long bytes() throws ShellException {
            if (rate == null) {
                return 0;
            }
            try {
                long bytes = ByteSize.parse(rate);
                if (bytes > 0) {
                    return bytes;
                }
            } catch (IllegalArgumentException e) {
                throw new ShellException("--rate " + e.getMessage());
            }
            throw new ShellException("--rate is 0, so nothing would be copied: leave it out for no limit");
        }

        private void follow(Migrations migrations) throws Exception {
            long next = 0;
            while (true) {
                MigrationStatus status = last(migrations);
                if (status.isOver()) {
                    end(status);
                    return;
                }
                long now = System.nanoTime();
                if (next == 0 || now - next >= 0) {
                    out().println(progress(status));
                    out().flush();
                    next = now + TimeUnit.MILLISECONDS.toNanos(PROGRESS_MILLIS);
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        }

        private MigrationStatus last(Migrations migrations) throws ShellException {
            List<MigrationStatus> of = migrations.all().stream()
                    .filter(each -> each.bdev().equals(name))
                    .toList();
            if (of.isEmpty()) {
                throw new ShellException("nothing is known of the migration of " + name
                        + " any more, because the bundle io.hotbay.migrate was replaced: bdev:list shows which type it"
                        + " is now, and bdev:migrate begins again");
            }
            return of.get(of.size() - 1);
        }

        private void end(MigrationStatus status) throws ShellException {
            switch (status.state()) {
                case DONE ->
                    out().println(name + " is a " + status.destinationType() + " bdev now: " + paused(status.pauses())
                            + "; if the target is started with a"
                            + " configuration file, bring that up to date with target:save");
                case CANCELLED -> out().println("the migration of " + name + " was called off");
                default -> throw new ShellException(status.reason());
            }
        }

        @Override
        List<String> candidates(List<String> given) {
            try {
                return switch (given.size()) {
                    case 0 -> services().bdevNames();
                    case 1 -> List.copyOf(services().admin().bdevTypes());
                    default -> OptionArguments.candidates(services().admin().bdevOptions(given.get(1)), given);
                };
            } catch (ShellException | TargetException e) {
                return List.of();
            }
        }
    }

    private static String paused(PauseSum sum) {
        return PauseText.sentence(sum.rings(), sum.requests(), sum.longestMicros());
    }

    @Command(
            description = "List migrations of block devices: those under way, and the last ones that are over.",
            footer = {
                "",
                "RINGS paused when the copying began and for the switch, REQUESTS waited, for at most LONGEST PAUSE."
            })
    static final class ListAll extends ShellCommand {
        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        ListAll(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            List<MigrationStatus> all = services().migrations().all();
            if (json) {
                JsonArray array = new JsonArray();
                all.forEach(each -> array.add(object(each)));
                out().println(JsonText.of(array));
                return;
            }
            Table table = new Table(
                    "BDEV",
                    "FROM",
                    "TO",
                    "STATE",
                    "DONE",
                    "COPIED",
                    "SIZE",
                    "RATE",
                    "LEFT",
                    "RINGS",
                    "REQUESTS",
                    "LONGEST PAUSE ms");
            for (MigrationStatus each : all) {
                table.row(
                        each.bdev(),
                        each.sourceType(),
                        each.destinationType(),
                        each.state().name().toLowerCase(Locale.ROOT),
                        percent(each) + "%",
                        ByteSize.format(each.copied()),
                        ByteSize.format(each.bytes()),
                        rate(each.rate()),
                        each.isOver() ? "-" : left(each.remainingMillis()),
                        each.pauses().rings(),
                        each.pauses().requests(),
                        PauseText.millis(each.pauses().longestMicros()));
            }
            table.print(out());
            all.stream().filter(each -> !each.reason().isEmpty()).forEach(each -> out().println(each.reason()));
        }

        private static JsonObject object(MigrationStatus status) {
            JsonObject object = new JsonObject();
            object.addProperty("bdev", status.bdev());
            object.addProperty("from", status.sourceType());
            object.addProperty("to", status.destinationType());
            object.addProperty("state", status.state().name().toLowerCase(Locale.ROOT));
            object.addProperty("bytes", status.bytes());
            object.addProperty("copied", status.copied());
            object.addProperty("bytes_per_second", status.rate());
            object.addProperty("remaining_millis", status.remainingMillis());
            PauseSum pauses = status.pauses();
            PauseText.add(object, pauses.rings(), pauses.requests(), pauses.longestMicros());
            object.addProperty("reason", status.reason());
            return object;
        }
    }

    static String progress(MigrationStatus status) {
        return status.bdev() + ": " + percent(status) + "%, " + status.copied() / MIB + " of " + status.bytes() / MIB
                + " MiB, " + rate(status.rate()) + ", " + left(status.remainingMillis()) + " left";
    }

    private static final long MIB = 1 << 20;

    private static long percent(MigrationStatus status) {
        return status.bytes() == 0 ? 100 : (long) (100.0 * status.copied() / status.bytes());
    }

    private static String rate(long bytes) {
        return bytes / MIB + " MiB/s";
    }

    private static String left(long millis) {
        return millis < 0 ? "?" : (millis + 999) / 1000 + " s";
    }
}
