// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.vhostuser.internal.ring.RingTuning;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/**
 * The configuration of a controller. What a device type reads is declared here without default values, so that what is not given
 * stays the device type's own choice.
 */
@ObjectClassDefinition(
        name = "Hotbay vhost-user controller",
        description = "A device exported over a vhost-user socket.")
public @interface ControllerConfiguration {
    @AttributeDefinition(
            name = "Name",
            description = "Name of the controller, and of its socket: letters, digits, '.', '_', '-', at most 64.")
    String hotbay_controller_name();

    @AttributeDefinition(name = "Device type", description = "What the guest sees: blk for a virtio block device.")
    String hotbay_controller_type() default "blk";

    @AttributeDefinition(name = "Bdev", description = "Name of the bdev behind it.")
    String hotbay_controller_bdev();

    @AttributeDefinition(
            name = "Bdev filter",
            description = "Selects the bdev's service: (hotbay.bdev.name=NAME). Nothing is selected without it.",
            required = false)
    String bdev_target();

    @AttributeDefinition(
            name = "Device type filter",
            description =
                    "Selects the device type's service: (hotbay.device.type=TYPE); that of blk if it is not given.",
            required = false)
    String deviceType_target();

    @AttributeDefinition(
            name = "Socket directory",
            description =
                    "Directory of the socket, made if it is missing. Empty: what the target was started with (-S),"
                            + " or else Kata's, " + ControllerSettings.DEFAULT_DIRECTORY + ".",
            required = false)
    String socket__dir() default "";

    @AttributeDefinition(
            name = "Socket mode",
            description = "Permissions of the socket, in octal. Whoever may write to it can use the device.",
            required = false)
    String socket__mode() default ControllerSettings.DEFAULT_MODE;

    @AttributeDefinition(
            name = "Socket owner",
            description = "User that the socket belongs to, by name or number. Empty: the user that runs the target.",
            required = false)
    String socket__owner() default "";

    @AttributeDefinition(
            name = "Socket group",
            description = "Group that the socket belongs to, by name or number. Empty: the group that runs the target.",
            required = false)
    String socket__group() default "";

    @AttributeDefinition(
            name = "Cores",
            description =
                    "Cores its queues may run on: a mask (0x3) or a list (0,2-3). Empty: all that have a reactor.",
            required = false)
    String cpumask() default "";

    @AttributeDefinition(
            name = "Queues",
            description = "Number of request queues offered. Not given: one for each core, at most 64.",
            min = "1",
            max = "256",
            required = false)
    int num__queues();

    @AttributeDefinition(
            name = "Queue size",
            description = "Largest ring that is served, in descriptors: a power of two. Not given: 1024.",
            min = "4",
            max = "1024",
            required = false)
    int queue__size();

    @AttributeDefinition(
            name = "Read-only",
            description = "Whether the guest may only read. Not given: false, unless the bdev is read-only.",
            required = false)
    boolean readonly();

    @AttributeDefinition(
            name = "Write cache",
            description =
                    "Whether completed writes may be lost in a power failure until the guest flushes; the guest may"
                            + " switch it. Not given: true.",
            required = false)
    boolean write__cache();

    @AttributeDefinition(
            name = "Serial number",
            description = "What the guest reads as the device's serial number, at most 20 characters. Not given: the"
                    + " controller's name.",
            required = false)
    String serial();

    @AttributeDefinition(
            name = "Sessions",
            description =
                    "What happens to a front-end that connects while another one is connected. exclusive: it waits until the"
                            + " other has gone. shared: it is served too. takeover: the other one's session is ended.",
            options = {@Option("exclusive"), @Option("shared"), @Option("takeover")},
            required = false)
    String session__mode() default SessionPolicy.DEFAULT_MODE;

    @AttributeDefinition(
            name = "Most sessions",
            description = "Most front-ends served at a time if session_mode is shared; further ones wait.",
            min = "1",
            max = "256",
            required = false)
    int max__sessions() default SessionPolicy.DEFAULT_MAX_SESSIONS;

    @AttributeDefinition(
            name = "Allowed users",
            description =
                    "Users whose processes may connect, by name or number. None given: all that can open the socket.",
            required = false)
    String[] allowed__uids();

    @AttributeDefinition(
            name = "Allowed groups",
            description =
                    "Groups whose processes may connect, by name or number: the process's own group counts, not its"
                            + " supplementary ones. None given: all that can open the socket.",
            required = false)
    String[] allowed__gids();

    @AttributeDefinition(
            name = "Most guest memory",
            description = "Most memory a front-end may share, such as 8GiB. Empty: any amount.",
            required = false)
    String max__guest__memory() default "";

    @AttributeDefinition(
            name = "Hold time-out",
            description =
                    "How long requests wait while something that the controller needs is away, in seconds; 0 for ever. After"
                            + " that they get I/O errors if it is the bdev that is away; otherwise the rings are broken."
                            + " When it is back everything works again.",
            min = "0",
            max = "86400",
            required = false)
    int hold__timeout() default ControllerSettings.DEFAULT_HOLD_TIMEOUT;

    @AttributeDefinition(
            name = "Packed rings",
            description = "Whether packed virtqueues are offered besides split ones.",
            required = false)
    boolean packed__ring() default false;

    @AttributeDefinition(
            name = "Histogram",
            description =
                    "Whether the latency of requests is measured, for vhost:iostat and vhost:histogram. Costs a few"
                            + " per cent of the fastest bdevs' speed.",
            required = false)
    boolean histogram() default false;

    @AttributeDefinition(
            name = "Delay of calls",
            description = "How far apart interrupts of a queue are when it does twice as many requests per second as"
                    + " iops_threshold, in microseconds; above and below that in proportion, 10 ms at most. 0: none is held"
                    + " back.",
            min = "0",
            max = "" + RingTuning.MAX_DELAY_BASE_MICROS,
            required = false)
    int delay__base__us() default 0;

    @AttributeDefinition(
            name = "Threshold of delays",
            description = "Requests per second of a queue up to which each interrupt is sent at once.",
            min = "" + RingTuning.MIN_IOPS_THRESHOLD,
            required = false)
    int iops__threshold() default RingTuning.DEFAULT_IOPS_THRESHOLD;
}
