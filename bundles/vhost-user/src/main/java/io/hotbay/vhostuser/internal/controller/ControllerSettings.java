// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.linux.UnixListener;
import io.hotbay.linux.Users;
import io.hotbay.reactor.CpuSet;
import io.hotbay.vhostuser.internal.ring.RingTuning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A controller's configuration as it was given; what it means is found out by the methods, so that a mistake can be told in the
 * controller's status.
 *
 * @param directory of the socket
 * @param mode permissions of the socket, in octal
 * @param owner user or empty
 * @param group group or empty
 * @param cpumask cores or empty
 * @param options what was configured besides name, type and bdev, for the device and for people
 */
record ControllerSettings(
        String name,
        String type,
        String bdev,
        String directory,
        String mode,
        String owner,
        String group,
        String cpumask,
        Map<String, Object> options) {
    static final String DEFAULT_DIRECTORY = "/var/run/kata-containers/vhost-user/block/sockets";
    static final String DEFAULT_MODE = "0600";

    private static final String HISTOGRAM = "histogram";
    private static final String DELAY_BASE = "delay_base_us";
    private static final String IOPS_THRESHOLD = "iops_threshold";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");
    /** Options that can be changed while rings run. */
    private static final Set<String> LIVE = Set.of(HISTOGRAM, DELAY_BASE, IOPS_THRESHOLD);

    private static final int BACKLOG = 64;
    static final String HOLD_TIMEOUT = "hold_timeout";
    static final int DEFAULT_HOLD_TIMEOUT = 60;
    static final int LARGEST_HOLD_TIMEOUT = 86_400;

    private static final int UNCHANGED = -1;

    /**
     * Reads a configuration.
     *
     * @param defaultDirectory of the target, or null
     */
    static ControllerSettings of(
            ControllerConfiguration configuration, Map<String, Object> properties, String defaultDirectory) {
        String directory = text(configuration.socket__dir());
        if (directory.isEmpty()) {
            directory = text(defaultDirectory).isEmpty() ? DEFAULT_DIRECTORY : text(defaultDirectory);
        }
        return new ControllerSettings(
                text(configuration.hotbay_controller_name()),
                text(configuration.hotbay_controller_type()),
                text(configuration.hotbay_controller_bdev()),
                directory,
                text(configuration.socket__mode()),
                text(configuration.socket__owner()),
                text(configuration.socket__group()),
                text(configuration.cpumask()),
                options(properties));
    }

    private static String text(String value) {
        return value == null ? "" : value.strip();
    }

    /** Leaves out what Declarative Services and Configuration Admin have added, the wiring, and what has a place of its own. */
    private static Map<String, Object> options(Map<String, Object> properties) {
        Map<String, Object> options = new HashMap<>(properties);
        options.keySet().removeIf(key -> key.indexOf('.') >= 0);
        return options;
    }

    /** Complains of a name that cannot be the name of a socket. */
    void checkName() {
        if (!NAME.matcher(name).matches() || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException("controller name \"" + name
                    + "\": must be 1 to 64 letters, digits, '.', '_' or '-'; create it again with another name");
        }
    }

    /** Complains of a directory that would be another one for a target that is started elsewhere. */
    void checkDirectory() {
        if (!Path.of(directory).isAbsolute()) {
            throw new IllegalArgumentException("controller " + name + ": socket_dir \"" + directory
                    + "\" must be an absolute path, one that begins with /");
        }
    }

    /** Path of the socket. */
    Path socket() {
        return Path.of(directory, name);
    }

    /** How the socket is bound. */
    UnixListener.Options listenerOptions() throws IOException {
        if (!MODE.matcher(mode).matches()) {
            throw new IllegalArgumentException("controller " + name + ": socket_mode \"" + mode
                    + "\" is no set of permissions: write three octal digits such as 0660");
        }
        return new UnixListener.Options(
                Integer.parseInt(mode, 8),
                owner.isEmpty() ? UNCHANGED : Users.uid(owner),
                group.isEmpty() ? UNCHANGED : Users.gid(group),
                BACKLOG);
    }

    /** The cores its queues may run on; empty for all. */
    BitSet cores() {
        return cpumask.isEmpty() ? new BitSet() : CpuSet.parse(cpumask);
    }

    /**
     * Who may have a session, and what it may use.
     *
     * @throws IOException if there is no such user or group
     * @throws IllegalArgumentException if a value is not allowed
     */
    SessionPolicy sessionPolicy() throws IOException {
        return SessionPolicy.of(name, options);
    }

    /**
     * How long requests are held while something is away, in seconds; 0 for ever.
     *
     * @throws IllegalArgumentException if the value is not allowed
     */
    int holdTimeout() {
        Object value = options.get(HOLD_TIMEOUT);
        String text = value == null ? "" : value.toString().strip();
        try {
            int seconds = text.isEmpty() ? DEFAULT_HOLD_TIMEOUT : Integer.parseInt(text);
            if (seconds >= 0 && seconds <= LARGEST_HOLD_TIMEOUT) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            // the same answer as for a number out of range
        }
        throw new IllegalArgumentException("controller " + name + ": " + HOLD_TIMEOUT + " is \"" + text
                + "\": must be a whole number of seconds from 0 (for ever) to " + LARGEST_HOLD_TIMEOUT);
    }

    /** Whether packed rings are offered: only on request, because a guest prefers them wherever it can have them. */
    boolean packedRing() {
        return Boolean.parseBoolean(String.valueOf(options.get("packed_ring")));
    }

    /**
     * What can be changed while rings run.
     *
     * @throws IllegalArgumentException if a value is not allowed
     */
    RingTuning tuning() {
        try {
            return new RingTuning(
                    Boolean.parseBoolean(String.valueOf(options.get(HISTOGRAM))),
                    number(DELAY_BASE, 0),
                    number(IOPS_THRESHOLD, RingTuning.DEFAULT_IOPS_THRESHOLD));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("controller " + name + ": option " + e.getMessage(), e);
        }
    }

    private int number(String key, int defaultValue) {
        Object value = options.get(key);
        if (value == null || value.toString().isBlank()) {
            return defaultValue;
        }
        try {
            return Integer.parseInt(value.toString().strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + " is \"" + value + "\": must be a whole number", e);
        }
    }

    /** Whether other settings differ in nothing but what can be changed while rings run. */
    boolean differsInTuningOnly(ControllerSettings other) {
        return !equals(other) && withoutTuning().equals(other.withoutTuning());
    }

    private ControllerSettings withoutTuning() {
        Map<String, Object> rest = new HashMap<>(options);
        rest.keySet().removeAll(LIVE);
        return new ControllerSettings(name, type, bdev, directory, mode, owner, group, cpumask, rest);
    }

    /** Whether the socket of other settings is the same in every respect. */
    boolean sameSocket(ControllerSettings other) {
        return socket().equals(other.socket())
                && mode.equals(other.mode)
                && owner.equals(other.owner)
                && group.equals(other.group);
    }
}
