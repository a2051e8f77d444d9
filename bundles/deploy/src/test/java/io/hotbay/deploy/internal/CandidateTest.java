// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.target.TargetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Version;

class CandidateTest {
    private static final String NAME = "Bundle-SymbolicName";
    private static final String VERSION = "Bundle-Version";

    @TempDir
    private Path directory;

    private Path jar(Map<String, String> headers) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.forEach(manifest.getMainAttributes()::putValue);
        Path jar = directory.resolve("given.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }

    private Candidate read(String source) throws TargetException {
        return Candidate.read(source, directory.resolve("deploy").resolve("incoming.jar"));
    }

    @Test
    void shouldReadNameAndVersionFromAPathAUrlAndAReference() throws Exception {
        Path jar = jar(Map.of(NAME, "a.b; singleton:=true", VERSION, "1.2.3.q"));

        for (String source : new String[] {jar.toString(), jar.toUri().toString(), "reference:" + jar.toUri()}) {
            Candidate candidate = read(source);
            assertThat(candidate.name()).isEqualTo("a.b");
            assertThat(candidate.version()).isEqualTo(new Version(1, 2, 3, "q"));
            assertThat(candidate.source()).isEqualTo(source);
            assertThat(candidate.file()).hasSameBinaryContentAs(jar);
        }
    }

    @Test
    void shouldTakeABundleWithoutVersionAsTheFirst() throws Exception {
        assertThat(read(jar(Map.of(NAME, "a")).toString()).version()).isEqualTo(Version.emptyVersion);
    }

    @Test
    void shouldSayWhyItTakesASourceForNoBundle() throws Exception {
        assertRefused(
                jar(Map.of(VERSION, "1.0.0")).toString(), "is no bundle: its manifest has no Bundle-SymbolicName");
        assertRefused(jar(Map.of(NAME, "a", VERSION, "one")).toString(), "is no bundle: its Bundle-Version is wrong");
        assertRefused(jar(Map.of(NAME, "a", "Fragment-Host", "b")).toString(), "is a fragment");
        assertRefused(Files.writeString(directory.resolve("text"), "text").toString(), "it is no sound jar");
        assertRefused(directory.resolve("none").toString(), "there is no such file");
        assertRefused(directory.toString(), "cannot read");
        assertRefused("nowhere:x", "cannot read nowhere:x: unknown protocol");
        assertRefused("http://%%", "cannot read http://%%");
    }

    private void assertRefused(String source, String reason) {
        assertThatThrownBy(() -> read(source))
                .isInstanceOf(TargetException.class)
                .hasMessageContaining(source)
                .hasMessageContaining(reason)
                .hasMessageNotContaining("\n");
    }
}
