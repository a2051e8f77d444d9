// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/** Where the product's bundles come from: the installation's bundle/ folder, or the executable jar itself. */
final class BundleSource {
    private static final String INDEX = "/bundle/index";

    private BundleSource() {}

    /** A bundle that can be installed. */
    interface Entry {
        Bundle install(BundleContext context) throws BundleException;
    }

    static List<Entry> find() throws LaunchException {
        String home = System.getProperty("hotbay.home");
        return home != null ? inFolder(Path.of(home, "bundle")) : inJar();
    }

    private static List<Entry> inFolder(Path folder) throws LaunchException {
        try (Stream<Path> files = Files.list(folder)) {
            // Read in place: nothing is copied at start.
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .<Entry>map(file -> context -> context.installBundle("reference:" + file.toUri()))
                    .toList();
        } catch (IOException e) {
            throw new LaunchException("the installation is incomplete: cannot read " + folder + "; unpack it again", e);
        }
    }

    private static List<Entry> inJar() throws LaunchException {
        try (InputStream index = BundleSource.class.getResourceAsStream(INDEX)) {
            if (index == null) {
                throw new LaunchException("no bundles: start bin/hotbay of an installation, or the executable jar");
            }
            List<String> names = new BufferedReader(new InputStreamReader(index, StandardCharsets.UTF_8))
                    .lines()
                    .filter(name -> !name.isBlank())
                    .collect(Collectors.toList());
            return names.stream()
                    .<Entry>map(name -> context -> installFromJar(context, name))
                    .toList();
        } catch (IOException e) {
            throw new LaunchException("the executable jar is damaged: " + e.getMessage(), e);
        }
    }

    private static Bundle installFromJar(BundleContext context, String name) throws BundleException {
        try (InputStream content = BundleSource.class.getResourceAsStream("/bundle/" + name)) {
            return context.installBundle("hotbay:" + name, content);
        } catch (IOException e) {
            throw new BundleException("cannot read " + name + " from the executable jar", e);
        }
    }
}
