// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.itest.product.Product.Result;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the command line says to mistakes: one line that names the thing and the remedy, the right status, nothing left. */
class CommandLineTest {
    private Product product;

    @BeforeEach
    void makeProduct() throws IOException {
        product = new Product();
    }

    @AfterEach
    void removeProduct() throws IOException {
        product.close();
    }

    @Test
    void shouldListAllOptions() throws Exception {
        Result help = product.hotbay(List.of("-h"));

        assertThat(help.status()).isZero();
        assertThat(help.out())
                .contains("-S,--socket-dir", "-m,--cpumask", "-s,--mem-size", "-c,--config", "-r,--control-socket")
                .contains("exec", "shell", "upgrade", "bench", "archive");
    }

    @Test
    void shouldRefuseOptionsOfTheTargetBeforeAnotherCommand() throws Exception {
        Result result = product.hotbay(List.of("-S", "/tmp", "exec", "bdev:list"));

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err())
                .contains("hotbay: Option -S (--socket-dir) is not for 'hotbay exec', but for starting a target");
    }

    @Test
    void shouldRefuseAnOptionThatIsGivenTwice() throws Exception {
        assertRefused(2, "hotbay: Option -m (--cpumask) is given more than once", "-m", "0x1", "-m", "0x2");
    }

    @Test
    void shouldTellItsVersion() throws Exception {
        assertThat(product.hotbay(List.of("--version")).out()).startsWith("Hotbay ");
    }

    @Test
    void shouldRefuseAnUnknownOption() throws Exception {
        assertRefused(2, "hotbay: Unknown option: '--sockets=/tmp'", "--sockets=/tmp");
    }

    @Test
    void shouldRefuseCoresThatAreNone() throws Exception {
        assertRefused(1, "\"0z1\" is no set of cores: write a mask such as 0x3 or a list such as 0,2-3", "-m", "0z1");
    }

    @Test
    void shouldRefuseACoreThatIsNotThere() throws Exception {
        Result result = start("-m", "4000");

        assertThat(result.status()).as(result.err()).isEqualTo(1);
        assertThat(result.err()).contains("4000");
    }

    @Test
    void shouldRefuseAMemorySizeThatIsNone() throws Exception {
        assertRefused(1, "-s lots: is no memory size; write MiB (4096) or use a suffix (4G)", "-s", "lots");
    }

    @Test
    void shouldRefuseALogFileThatCannotBe() throws Exception {
        assertRefused(1, "--log-file /none/x.log: the directory /none does not exist", "--log-file", "/none/x.log");
        assertRefused(1, "--log-file /tmp: is a directory", "--log-file", "/tmp");
    }

    @Test
    void shouldNameAMissingConfiguration() throws Exception {
        assertRefused(1, "-c /none.json: there is no such file", "-c", "/none.json");
    }

    @Test
    void shouldNameThePlaceOfAMistakeInAConfiguration() throws Exception {
        Path file = product.write("c.json", "{\n  \"bdevs\": [\n    {\"type\": \"malloc\" \"name\": \"M\"}\n  ]\n}\n");

        Result result = start("-c", file.toString());

        assertThat(result.status()).as(result.err()).isEqualTo(3);
        assertThat(result.err()).contains("hotbay: " + file).contains("line 3");
        assertNothingLeft();
    }

    @Test
    void shouldApplyNothingOfAConfigurationThatAsksForSomethingImpossible() throws Exception {
        Path file = product.write("c.json", """
                {"bdevs": [{"type": "malloc", "name": "A", "size": "1MiB"},
                           {"type": "malloc", "name": "B", "size": "1MiB", "color": "red"}]}
                """);

        Result result = start("-c", file.toString());

        assertThat(result.status()).as(result.err()).isEqualTo(3);
        assertThat(result.err()).contains("bdevs[1].color");
        product.start();
        assertThat(product.execute("bdev:list")).doesNotContain("A ");
    }

    @Test
    void shouldNotShareItsDirectoriesWithASecondInstance() throws Exception {
        product.start();

        Result result = start();

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .contains("another hotbay (pid " + product.process().pid() + ") uses the run directory")
                .contains("choose another with --run-dir");
    }

    @Test
    void shouldNotStartWithoutItsControlSocket() throws Exception {
        Path taken = product.dir().resolve("taken.sock");
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(taken));

            Result result = start("-r", taken.toString());

            assertThat(result.status()).as(result.err()).isEqualTo(1);
            assertThat(result.err())
                    .contains("hotbay: the control socket cannot be opened: another process listens on " + taken);
            assertNothingLeft();
        }
        assertThat(start("-r", "/none/control.sock").err()).contains("hotbay: the control socket cannot be opened: ");
    }

    /** A target that the service manager has started is somewhere else. */
    @Test
    void shouldFindFilesWhereThePersonIs() throws Exception {
        product.start();
        String hotbay = Product.home().resolve("bin/hotbay") + " exec --run-dir "
                + product.dir().resolve("r");

        Result saved = product.run("sh", "-c", "cd " + product.dir() + " && " + hotbay + " target:save saved.json");

        assertThat(saved.status()).as(saved.err()).isZero();
        assertThat(product.dir().resolve("saved.json")).content().contains("\"bdevs\"");
    }

    @Test
    void shouldExplainArchiveInPlaceOfMakingOne() throws Exception {
        assertThat(product.hotbay(List.of("archive", "-h")).out()).contains("Usage: hotbay archive", "lib/");
        assertThat(product.hotbay(List.of("archive", "now")).status()).isEqualTo(1);
    }

    @Test
    void shouldSayThatADirectoryIsAFile() throws Exception {
        Path file = product.write("file", "");

        Result result = product.hotbay(
                List.of("-S", file.toString(), "--run-dir", product.dir() + "/r", "--state-dir", product.dir() + "/s"));

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err().strip())
                .isEqualTo("hotbay: cannot create the socket directory " + file
                        + " (there is a file of that name): choose another with -S");
    }

    @Test
    void shouldPassWordsOnAsTheyWere() throws Exception {
        product.start();
        String socket = product.dir().resolve("r/control.sock").toString();

        Result result = product.hotbay(List.of("-r", socket, "exec", "echo", "two  words", "it's  one", "more"));

        assertThat(result.out().strip()).isEqualTo("two  words it's  one more");
    }

    @Test
    void shouldSayThatNoTargetIsRunning() throws Exception {
        Result result = product.execByProgram("bdev:list");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .contains("no running target at " + product.dir().resolve("r/control.sock"));
    }

    @Test
    void shouldMeasureASocketFromAProcessOfItsOwn() throws Exception {
        product.start();
        product.execute("bdev:create null N size=1MiB; vhost:create-blk front N");
        String socket = product.sockets().resolve("front").toString();

        Result measured = product.hotbay(List.of("bench", socket, "--time", "0.2", "--warm-up", "0"));
        Result missing = product.hotbay(List.of("bench", "/none"));
        Result wrong = product.hotbay(List.of("bench", "--depth"));

        assertThat(measured.status()).as(measured.err()).isZero();
        assertThat(measured.out()).contains("1 MiB, 4 KiB random", "   total ", " reads, 0 writes");
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err().strip())
                .isEqualTo("hotbay bench: /none: there is no such socket, or it may not be seen");
        assertThat(wrong.status()).isEqualTo(2);
        assertThat(product.hotbay(List.of("bench", "-h")).out()).contains("hotbay bench", "--destroy-data");
    }

    private Result start(String... more) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(product.options());
        arguments.addAll(List.of(more));
        return product.hotbay(arguments);
    }

    private void assertRefused(int status, String message, String... more) throws IOException, InterruptedException {
        Result result = start(more);

        assertThat(result.status()).as(result.err()).isEqualTo(status);
        assertThat(result.err()).contains(message);
        assertNothingLeft();
    }

    private void assertNothingLeft() throws IOException {
        if (Files.exists(product.sockets())) {
            try (var files = Files.list(product.sockets())) {
                assertThat(files).isEmpty();
            }
        }
    }
}
