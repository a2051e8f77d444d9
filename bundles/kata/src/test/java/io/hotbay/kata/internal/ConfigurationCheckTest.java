// SPDX-License-Identifier: Apache-2.0
package io.hotbay.kata.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.hotbay.kata.KataFinding;
import io.hotbay.kata.KataFinding.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationCheckTest {
    @TempDir
    private Path dir;

    @Test
    void shouldFindNothingWrongWithACompleteConfiguration() throws IOException {
        List<KataFinding> findings = check("""
                [hypervisor.qemu]
                machine_type = "q35"
                enable_hugepages = true
                enable_vhost_user_store = true
                vhost_user_store_path = "%s"
                vhost_user_reconnect_timeout_sec = 1
                """.formatted(dir));

        assertThat(findings).hasSize(5).extracting(KataFinding::severity).containsOnly(Severity.OK);
    }

    @Test
    void shouldNameTheLineOfEachWrongSetting() throws IOException {
        List<KataFinding> findings = check("""
                [hypervisor.qemu]
                enable_hugepages = false
                vhost_user_store_path = "/elsewhere"
                vhost_user_reconnect_timeout_sec = "soon"

                machine_type = "microvm"
                """);

        assertThat(findings)
                .extracting(KataFinding::key, KataFinding::line, KataFinding::severity)
                .containsExactly(
                        tuple("hypervisor.qemu.enable_hugepages", 2, Severity.ERROR),
                        tuple("hypervisor.qemu.enable_vhost_user_store", 0, Severity.ERROR),
                        tuple("hypervisor.qemu.vhost_user_store_path", 3, Severity.ERROR),
                        tuple("hypervisor.qemu.vhost_user_reconnect_timeout_sec", 4, Severity.ERROR),
                        tuple("hypervisor.qemu.machine_type", 6, Severity.ERROR));
    }

    @Test
    void shouldSayWhatAMissingSettingMeans() throws IOException {
        List<KataFinding> findings = check("[hypervisor.qemu]\n");

        assertThat(findings)
                .extracting(KataFinding::message)
                .anyMatch(message -> message.startsWith("is missing, which means false: write enable_hugepages = true"))
                .anyMatch(message -> message.contains("disks do not survive a restart"))
                .anyMatch(message -> message.contains("start with --kata-store /var/run/kata-containers/vhost-user/"));
    }

    @Test
    void shouldTakeAStorePathWithALinkOrATrailingSlashForTheSame() throws IOException {
        Path link = Files.createSymbolicLink(dir.resolve("link"), Files.createDirectory(dir.resolve("store")));

        List<KataFinding> findings = new ConfigurationCheck(dir.resolve("store"))
                .run(write("[hypervisor.qemu]\nvhost_user_store_path = \"" + link + "/\"\n"));

        assertThat(findings)
                .filteredOn(finding -> finding.key().endsWith("vhost_user_store_path"))
                .extracting(KataFinding::severity)
                .containsExactly(Severity.OK);
    }

    @Test
    void shouldNameTheFileThatIsMeantByADirectory() {
        assertThatThrownBy(() -> new ConfigurationCheck(dir).run(dir))
                .hasMessage(dir + " is a directory: name the file in it, such as " + dir.resolve("configuration.toml"));
    }

    @Test
    void shouldReportAConfigurationWithoutQemu() throws IOException {
        assertThat(check("[hypervisor.clh]\npath = \"/x\"\n"))
                .extracting(KataFinding::key, KataFinding::severity)
                .containsExactly(tuple("hypervisor.qemu", Severity.ERROR));
    }

    @Test
    void shouldRefuseMalformedTomlWithItsPlace() throws IOException {
        Path file = write("[hypervisor.qemu]\nenable_hugepages = maybe\n");

        assertThatThrownBy(() -> new ConfigurationCheck(dir).run(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ":2:");
    }

    @Test
    void shouldNameAMissingFile() {
        Path file = dir.resolve("none.toml");

        assertThatThrownBy(() -> new ConfigurationCheck(dir).run(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + " cannot be read: there is no such file");
    }

    private List<KataFinding> check(String toml) throws IOException {
        return new ConfigurationCheck(dir).run(write(toml));
    }

    private Path write(String toml) throws IOException {
        return Files.writeString(dir.resolve("configuration.toml"), toml);
    }
}
