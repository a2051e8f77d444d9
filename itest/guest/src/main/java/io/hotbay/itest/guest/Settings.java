// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The system properties a run can be adjusted with. */
public final class Settings {
    /**
     * The accelerator QEMU uses, with its options. TCG by default, since not every machine that runs the tests has KVM, and with
     * a small cache of translated code: after a reboot QEMU drops that piece by piece, which takes a minute when it is large.
     */
    public static final String ACCELERATOR = "hotbay.guest.accel";
    /** Whether a missing tool or a missing distribution fails the tests instead of skipping them. */
    public static final String REQUIRED = "hotbay.guest.required";
    /** Whether missing hugepages fail the test that needs them instead of skipping it. */
    public static final String HUGEPAGES_REQUIRED = "hotbay.guest.hugepages.required";
    /** What all time-outs are multiplied by, for slow machines. */
    public static final String TIMEOUT_FACTOR = "hotbay.guest.timeout.factor";
    /** The kernel to boot, {@code /boot/vmlinuz-<version>}; by default the newest cloud kernel. */
    public static final String KERNEL = "hotbay.guest.kernel";
    /** Where the distribution of Hotbay that is to be tested has been unpacked. */
    public static final String HOME = "hotbay.home";
    /** A backend that Hotbay does not have: the bundle of the template. */
    public static final String TEMPLATE = "hotbay.template";
    /** Maven's build directory, where images and logs go. */
    public static final String BUILD = "hotbay.guest.build";

    private Settings() {}

    static String accelerator() {
        return System.getProperty(ACCELERATOR, "tcg,tb-size=64");
    }

    /** Whether skipping is not allowed. */
    public static boolean required() {
        return Boolean.getBoolean(REQUIRED);
    }

    /** Whether skipping for want of hugepages is not allowed. */
    public static boolean hugepagesRequired() {
        return Boolean.getBoolean(HUGEPAGES_REQUIRED);
    }

    static Duration timeout(int seconds) {
        double factor = Double.parseDouble(System.getProperty(TIMEOUT_FACTOR, "1"));
        return Duration.ofMillis(Math.round(seconds * 1000 * factor));
    }

    static Optional<Path> kernel() {
        return Optional.ofNullable(System.getProperty(KERNEL)).map(Path::of);
    }

    /** The unpacked distribution, if one is named. */
    public static Optional<Path> home() {
        return Optional.ofNullable(System.getProperty(HOME))
                .filter(home -> !home.isBlank())
                .map(Path::of);
    }

    /** The bundle of the template, if it has been built. */
    public static Optional<Path> template() {
        return Optional.ofNullable(System.getProperty(TEMPLATE)).map(Path::of).filter(Files::exists);
    }

    /** Where the guest image is kept. */
    public static Path imageDirectory() {
        return build().resolve("guest-image");
    }

    /** Where the logs of a test are kept after it has ended. */
    public static Path logDirectory(String test) {
        return build().resolve("guest-logs").resolve(test);
    }

    private static Path build() {
        return Path.of(System.getProperty(BUILD, "target")).toAbsolutePath();
    }
}
