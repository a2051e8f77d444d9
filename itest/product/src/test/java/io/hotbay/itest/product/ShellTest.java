// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.itest.product.Product.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands, as a person or a script runs them from outside. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShellTest {
    private Product product;

    @BeforeAll
    void startProduct() throws IOException, InterruptedException {
        product = new Product().start();
        product.execute("bdev:create malloc Base size=16MiB block_size=4096; vhost:create-blk base Base num_queues=2");
    }

    @AfterAll
    void stopProduct() throws IOException {
        product.close();
    }

    @Test
    void shouldCreateListShowAndDeleteABdev() throws Exception {
        UUID uuid = UUID.fromString("5f1b7a2e-0000-4000-8000-00000000cafe");
        product.execute("bdev:create malloc M1 size=1MiB block_size=512 uuid=" + uuid + " readonly=true");

        assertThat(product.execute("bdev:list")).containsPattern("M1 +malloc +1 MiB +512 +2048 +read-only +-");
        assertThat(product.execute("bdev:show M1"))
                .contains(uuid.toString())
                .contains("(1048576 bytes)")
                .containsPattern("blocks +2048");

        product.execute("bdev:delete M1");
        assertThat(product.execute("bdev:list")).doesNotContain("M1");
    }

    @Test
    void shouldCreateListShowAndDeleteAController() throws Exception {
        product.execute("bdev:create null N2 size=1GiB");
        assertThat(product.execute("vhost:create-blk --cpumask 0x1 c2 N2 queue_size=128 num_queues=3 socket_mode=0640")
                        .strip())
                .isEqualTo(product.socket("c2").toString());

        assertThat(product.execute("vhost:list"))
                .containsPattern("c2 +blk +N2 +listening +3 +0 +" + product.socket("c2"));
        assertThat(product.execute("vhost:show c2"))
                .containsPattern("queue_size +128")
                .containsPattern("cores +0");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(product.socket("c2"))))
                .isEqualTo("rw-r-----");

        product.execute("vhost:delete c2");
        assertThat(product.socket("c2")).doesNotExist();
        product.execute("bdev:delete N2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    bdev:show Nobody                                   | bdev "Nobody" does not exist: use Base
                    bdev:delete Nobody                                 | Nobody
                    bdev:create malloc Base size=1MiB                  | Base
                    bdev:create floppy F size=1MiB                     | floppy
                    bdev:create malloc F size=1MiB color=red           | color
                    bdev:create malloc F                               | size
                    bdev:create malloc F size=1000                     | multiple of
                    bdev:create malloc F size=1MiB block_size=1000     | block_size
                    bdev:create malloc F size=much                     | much
                    bdev:create malloc F size=100TiB                   | 100 TiB
                    bdev:create malloc F/G size=1MiB                   | F/G
                    bdev:create malloc F 1MiB                          | "1MiB" is no option
                    bdev:delete Base                                   | base
                    vhost:create-blk c Nobody                          | Nobody
                    vhost:create-blk base Base                         | base
                    vhost:create-blk c Base cpumask=0x80               | no reactor on cores 7
                    vhost:create-blk c Base queue_size=100             | queue_size
                    vhost:create-blk c Base socket_mode=9999           | socket_mode
                    vhost:delete nobody                                | nobody
                    vhost:show nobody                                  | controller "nobody" does not exist: use base
                    kata:run nobody                                    | nobody
                    kata:resolve 242 0                                 | 242
                    kata:check /none.toml                              | /none.toml
                    hugepages:setup                                    | either --size or --node
                    hugepages:setup --size 1MiB --page-size 3MiB       | 3 MiB
                    reactor:show 77                                    | no reactor runs on core 77
                    system:check nothing                               | no health check has the name or tag nothing
                    target:load /none.json                             | /none.json
                    bdev:create                                        | Missing required parameters
                    no:such                                            | no:such
                    """)
    void shouldAnswerAMistakeWithOneLineAndStatusOne(String command, String part) throws Exception {
        String before = product.execute("target:save");

        Result result = product.exec(command);

        assertThat(result.status()).as(result.out() + result.err()).isEqualTo(1);
        assertThat(result.err()).startsWith("hotbay: ").contains(part);
        assertThat(result.err().strip().lines()).hasSize(1);
        assertThat(product.execute("target:save")).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bdev:create",
                "bdev:delete",
                "bdev:list",
                "bdev:resize",
                "bdev:show",
                "bdev:types",
                "bdev:iostat",
                "vhost:create-blk",
                "vhost:delete",
                "vhost:list",
                "vhost:show",
                "vhost:types",
                "vhost:qemu",
                "hugepages:setup",
                "hugepages:status",
                "hugepages:reset",
                "hugepages:clean",
                "reactor:list",
                "reactor:show",
                "reactor:move",
                "kata:list",
                "kata:check",
                "kata:run",
                "kata:resolve",
                "system:check",
                "target:load",
                "target:save",
                "target:wait",
                "target:stop"
            })
    void shouldHaveHelpForEachCommand(String command) throws Exception {
        assertThat(product.execute(command + " -h")).contains("Usage: " + command);
        assertThat(product.execute("help")).contains(command);
        assertThat(product.execute("help " + command)).contains("Usage: " + command);
    }

    @Test
    void shouldNotLeaveASocketThatIsTooLong() throws Exception {
        String name = "c".repeat(64);

        Result result =
                product.exec("vhost:create-blk " + name + " Base socket_dir=" + product.dir() + "/" + "d".repeat(60));

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("107");
        assertThat(product.execute("vhost:list")).doesNotContain(name);
    }

    @Test
    void shouldNotTouchAFileInTheSocketsPlace() throws Exception {
        Path file = Files.writeString(product.socket("occupied"), "mine");

        Result result = product.exec("vhost:create-blk occupied Base");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains(file.toString());
        assertThat(file).hasContent("mine");
    }

    @Test
    void shouldNotDeleteAControllerWithAFrontEndConnectedUnlessForced() throws Exception {
        product.execute("bdev:create malloc M3 size=1MiB; vhost:create-blk c3 M3");
        try (FrontendSession session = FrontendProfile.QEMU_7_2.open(product.socket("c3"), SessionOptions.DEFAULT)) {
            assertThat(session.queues()).isNotEmpty();
            assertThat(product.execute("vhost:show c3"))
                    .contains("pid " + ProcessHandle.current().pid())
                    .containsPattern("0 +\\d+ +0 +yes +yes +0 +-");

            Result refused = product.exec("vhost:delete c3");
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.err()).contains("--force");

            product.execute("vhost:delete --force c3");
        }
        assertThat(product.socket("c3")).doesNotExist();
        product.execute("bdev:delete M3");
    }

    @Test
    void shouldCountWhatABdevDoes() throws Exception {
        product.execute("bdev:create malloc M4 size=1MiB; vhost:create-blk c4 M4");
        try (FrontendSession session = FrontendProfile.QEMU_7_2.open(product.socket("c4"), SessionOptions.DEFAULT)) {
            session.queues().get(0).driver().read(0, 4096);
        }

        assertThat(product.execute("bdev:iostat M4")).containsPattern("M4 +1 +0 +0 +0 +0 +0.0 +0.0 +0");
        assertThat(product.execute("bdev:iostat -i 0.1 -n 2 M4").lines().filter(line -> line.startsWith("M4")))
                .hasSize(2);
        Product.await("the end of the session", () -> Pattern.compile("c4 +blk +M4 +listening +\\d+ +0 ")
                .matcher(product.execute("vhost:list"))
                .find());
        product.execute("vhost:delete c4; bdev:delete M4");
    }

    @Test
    void shouldTakeTheRunDirectoryBeforeTheCommandToo() throws Exception {
        Result result = product.hotbay(List.of("--run-dir", product.dir() + "/r", "exec", "bdev:list", "-h"));

        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out()).contains("Usage: bdev:list");
    }

    @Test
    void shouldRunAScriptFile() throws Exception {
        Path script = product.write("setup.gogo", """
                # a comment
                bdev:create malloc M5 size=1MiB
                vhost:create-blk c5 M5
                """);

        Result result = product.hotbay(List.of("exec", "--run-dir", product.dir() + "/r", "-f", script.toString()));

        assertThat(result.status()).as(result.err()).isZero();
        assertThat(product.socket("c5")).exists();
        product.execute("vhost:delete c5; bdev:delete M5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"echo one; bdev:list -h", "bdev:list -h; bdev:delete Nobody", "bdev:create", "no:such"})
    void shouldPassOnWhatTheTargetAnswers(String command) throws Exception {
        assertThat(product.execByProgram(command)).isEqualTo(product.exec(command));
    }

    @Test
    void shouldStopAScriptAtTheFirstError() throws Exception {
        Result result = product.execByProgram("bdev:delete Nobody; bdev:create malloc M6 size=1MiB");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).startsWith("hotbay: ").contains("Nobody");
        assertThat(result.err().strip().lines()).hasSize(1);
        assertThat(product.execute("bdev:list")).doesNotContain("M6");
    }

    @Test
    void shouldSaveWhatItCanLoad() throws Exception {
        product.execute("bdev:create malloc M7 size=1MiB; vhost:create-blk c7 M7 num_queues=1");
        Path file = product.dir().resolve("saved.json");
        product.execute("target:save " + file);
        String saved = Files.readString(file);
        product.execute("vhost:delete c7; bdev:delete M7");

        product.execute("target:load " + file);

        assertThat(product.execute("vhost:list")).containsPattern("c7 +blk +M7 +listening");
        assertThat(product.execute("target:save").strip()).isEqualTo(saved.strip());
        product.execute("vhost:delete c7; bdev:delete M7");
    }

    @Test
    void shouldKeepTheControlSocketToItsOwner() throws Exception {
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(product.dir().resolve("r/control.sock"))))
                .isEqualTo("rw-------");
    }

    @Test
    void shouldShowTypesWithTheirOptions() throws Exception {
        assertThat(product.execute("bdev:types")).contains("malloc", "null", "block_size", "(required)");
        assertThat(product.execute("vhost:types")).contains("blk", "cpumask", "queue_size", "socket_mode");
    }

    @Test
    void shouldListReactorsAndHugepages() throws Exception {
        assertThat(product.execute("reactor:list")).containsPattern("(?m)^ +0 +\\d+");
        assertThat(product.execute("hugepages:status")).contains("NODE", "FREE", "bdev-Base");
    }

    @Test
    void shouldPrintAQemuLine() throws Exception {
        assertThat(product.execute("vhost:qemu base"))
                .contains("path=" + product.socket("base"))
                .contains("vhost-user-blk-pci");
    }

    @Test
    void shouldTellHowItIsAndFailWhileSomethingIsBroken() throws Exception {
        assertThat(product.execute("system:check bdevs controllers rings hugepages"))
                .containsPattern("bdevs +OK")
                .containsPattern("controllers +OK")
                .containsPattern("hugepages +(OK|WARN)")
                .containsPattern("rings +OK")
                .contains("4 checks: ");
        product.execute("bdev:create null Orphan size=1MiB");
        product.execute("felix:stop io.hotbay.bdev-null");

        Result broken = product.exec("system:check bdevs");
        assertThat(broken.status()).isEqualTo(1);
        assertThat(broken.out()).containsPattern("bdevs +TEMPORARILY_UNAVAILABLE +bdev Orphan \\(null\\) is not there");
        assertThat(broken.err()).isEqualTo("hotbay: not healthy: bdevs\n");
        assertThat(product.exec("system:check --json bdevs").out())
                .contains("\"status\": \"TEMPORARILY_UNAVAILABLE\"", "\"name\": \"bdevs\"");

        product.execute("felix:start " + number("io.hotbay.bdev-null"));

        Product.await(
                "the bdev to come back",
                () -> product.exec("system:check bdevs").status() == 0);
        product.execute("bdev:delete Orphan");
    }

    /** What the framework calls a bundle. */
    private String number(String bundle) throws IOException, InterruptedException {
        Matcher line = Pattern.compile("(\\d+)\\|.*\\|" + Pattern.quote(bundle) + " ")
                .matcher(product.execute("lb -s " + bundle));
        assertThat(line.find()).isTrue();
        return line.group(1);
    }
}
