// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import io.hotbay.bdev.ByteSize;
import io.hotbay.memory.HugepageAllocator;
import io.hotbay.memory.MemoryLease;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Whether there are as many hugepages as there should be. */
@Component
@TargetCheck(name = "hugepages")
public final class HugepageCheck implements HealthCheck {
    private static final long ORDINARY_PAGE = 4096;
    /** Where the kernel names no page size. */
    private static final PageSupply NONE = new PageSupply(2 << 20, 0, 0, 0);

    private final HugepageAllocator allocator;

    /** @param allocator null while it is not there */
    @Activate
    public HugepageCheck(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    HugepageAllocator allocator) {
        this.allocator = allocator;
    }

    @Override
    public Result execute() {
        Findings findings = new Findings();
        if (allocator == null) {
            findings.missing("hugepages");
            return findings.resultOr("");
        }
        try {
            return check(PageSupply.of(allocator.pools()), findings);
        } catch (IOException e) {
            findings.critical("the kernel does not tell its hugepages: " + e.getMessage());
            return findings.resultOr("");
        }
    }

    private Result check(List<PageSupply> supplies, Findings findings) {
        long total = supplies.stream().mapToLong(PageSupply::totalBytes).sum();
        long free = supplies.stream().mapToLong(PageSupply::freeBytes).sum();
        findFewerThanConfigured(total, findings);
        findOrdinary(supplies.isEmpty() ? NONE : supplies.get(0), findings);
        supplies.forEach(supply -> findExhausted(supply, findings));
        return findings.resultOr(
                total == 0
                        ? "no hugepages are reserved, and no lease wants any"
                        : ByteSize.format(free) + " of " + ByteSize.format(total) + " are free");
    }

    private void findFewerThanConfigured(long total, Findings findings) {
        long configured = allocator.configured();
        if (total < configured) {
            findings.warn("the target was told to have " + ByteSize.format(configured) + " of hugepages, but there are "
                    + ByteSize.format(total) + ": hugepages:setup --size " + word(configured)
                    + " tries again, and says what is missing");
        }
    }

    private void findOrdinary(PageSupply supply, Findings findings) {
        List<MemoryLease> ordinary = allocator.leases().stream()
                .filter(lease -> lease.pageSize() == ORDINARY_PAGE)
                .toList();
        if (ordinary.isEmpty()) {
            return;
        }
        long wanted =
                ordinary.stream().mapToLong(lease -> supply.pages(lease.size())).sum();
        String remedy = supply.free() >= wanted
                ? "enough are free now"
                : "hugepages:setup --size "
                        + word((supply.total() + wanted - supply.free()) * supply.pageSize())
                        + " reserves enough";
        String names = ordinary.stream().map(MemoryLease::name).collect(Collectors.joining(", "));
        findings.warn(Findings.count(ordinary.size(), "lease") + " (" + names
                + ") got 4 KiB pages for want of hugepages, which is slower: " + remedy
                + ", and the next start of the target takes them");
    }

    /** A size as one word of a command. */
    private static String word(long bytes) {
        return ByteSize.format(bytes).replace(" ", "");
    }

    private static void findExhausted(PageSupply supply, Findings findings) {
        if (supply.total() > 0 && supply.free() == 0) {
            findings.warn("all " + supply.total() + " hugepages of " + ByteSize.format(supply.pageSize())
                    + " are taken, " + supply.leased() + " of them by this target: the next disk in memory gets 4 KiB"
                    + " pages; hugepages:setup --size adds more");
        }
    }
}
