// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Where leased memory comes from. */
@ObjectClassDefinition(name = "Hotbay Hugepages", description = "Memory for disks in memory and for the data path.")
@interface HugepageConfiguration {
    @AttributeDefinition(
            name = "Memory",
            description =
                    "Hugepages to set up at the start, for example 4GiB; pages that are there already count, and none are"
                            + " given back. Empty: what the launcher was told (-s), or else nothing is set up.",
            required = false)
    String memory() default "";

    @AttributeDefinition(name = "Page size", description = "For example 2MiB or 1GiB; 0 for the kernel's default.")
    String page__size() default "0";

    @AttributeDefinition(
            name = "Fallback",
            description =
                    "Whether to lease ordinary memory (4 KiB pages), with a warning, when hugepages do not suffice.")
    boolean fallback() default true;

    @AttributeDefinition(
            name = "Mount point",
            description = "The hugetlbfs to use; it is mounted there if need be. Empty: one that is mounted, or else"
                    + " /dev/hugepages, or /mnt/huge where that is no directory.",
            required = false)
    String mount__point() default "";

    @AttributeDefinition(
            name = "Directory",
            description =
                    "Name of the folder under the mount point, and under /dev/shm, that leases are kept in. Users other"
                            + " than root get their number appended.")
    String directory() default "hotbay";
}
