// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

/** Where Kata plugs a disk into a running guest. */
public enum HotplugSlot {
    /** A slot of a PCI bridge, as on machine type q35. */
    PCI_BRIDGE("pci-bridge-0", "01"),
    /** A PCI Express root port, as on machine type virt. */
    ROOT_PORT("rp0", "00");

    private final String bus;
    private final String address;

    HotplugSlot(String bus, String address) {
        this.bus = bus;
        this.address = address;
    }

    String bus() {
        return bus;
    }

    String address() {
        return address;
    }
}
