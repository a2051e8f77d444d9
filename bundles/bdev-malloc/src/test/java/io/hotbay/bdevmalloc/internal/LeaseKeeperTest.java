// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import static io.hotbay.bdevmalloc.internal.Fixture.PID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.bdevmalloc.internal.Fixture.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.osgi.service.cm.ConfigurationEvent;

class LeaseKeeperTest {
    private static final Settings ONE_MIB = Settings.of("Malloc0", "1MiB");
    private static final Settings TWO_MIB = Settings.of("Malloc0", "2MiB");

    private final Fixture fixture = new Fixture();

    private ByteBuffer memory() {
        return fixture.allocator.leases.get("bdev-Malloc0").window(0);
    }

    @Test
    void shouldLeaseUnderTheNameOfTheBdevOnItsNode() throws IOException {
        fixture.activate(ONE_MIB.node(1));
        assertThat(fixture.allocator.leases).containsOnlyKeys("bdev-Malloc0");
        assertThat(fixture.allocator.leases.get("bdev-Malloc0").size()).isEqualTo(1 << 20);
        assertThat(fixture.allocator.leases.get("bdev-Malloc0").node()).isEqualTo(1);
    }

    @Test
    void shouldKeepTheContentsWhileTheComponentIsStopped() throws IOException {
        MallocDevice device = fixture.activate(ONE_MIB);
        memory().putLong(4096, 42);
        device.deactivate();
        fixture.activate(ONE_MIB);
        assertThat(memory().getLong(4096)).isEqualTo(42);
    }

    @Test
    void shouldKeepTheContentsWhileTheBundleIsStopped() throws IOException {
        MallocDevice device = fixture.activate(ONE_MIB);
        memory().putLong(4096, 42);
        device.deactivate();
        fixture.restart();
        fixture.activate(ONE_MIB);
        assertThat(memory().getLong(4096)).isEqualTo(42);
    }

    @Test
    void shouldKeepTheContentsUnderAnotherNameWhenTheStorageStays() throws IOException {
        fixture.storages.put(Fixture.PID, "Elsewhere");
        MallocDevice device = fixture.activate(ONE_MIB);
        fixture.allocator.leases.get("bdev-Elsewhere").window(0).putLong(4096, 42);
        fixture.configured.put(Fixture.PID, "Other");
        device.modified(Settings.of("Other", "1MiB"), fixture.propertiesOf(Fixture.PID));
        assertThat(device.name()).isEqualTo("Other");
        device.deactivate();
        fixture.restart();
        assertThat(fixture.allocator.leases).containsOnlyKeys("bdev-Elsewhere");
        fixture.activate(Settings.of("Other", "1MiB"));
        assertThat(fixture.allocator.leases).containsOnlyKeys("bdev-Elsewhere");
        assertThat(fixture.allocator.leases.get("bdev-Elsewhere").window(0).getLong(4096))
                .isEqualTo(42);
    }

    @Test
    void shouldKeepTheContentsWhenConfigurationAdminStopsFirst() throws IOException {
        MallocDevice device = fixture.activate(ONE_MIB);
        fixture.configured.clear();
        device.deactivate();
        assertThat(fixture.allocator.leases).containsKey("bdev-Malloc0");
    }

    @Test
    void shouldReleaseTheLeaseOnlyWhenTheDeletedBdevHasStopped() throws IOException {
        MallocDevice device = fixture.activate(ONE_MIB);
        fixture.deleteConfiguration(PID);
        assertThat(fixture.allocator.leases).containsKey("bdev-Malloc0");
        device.deactivate();
        assertThat(fixture.allocator.leases).isEmpty();
    }

    @Test
    void shouldNotHandOldContentsToANewDiskOfTheSameNameCreatedBeforeTheOldOneStopped() throws IOException {
        MallocDevice device = fixture.activate(ONE_MIB);
        memory().putLong(4096, 42);
        fixture.deleteConfiguration(PID);
        fixture.configured.put(PID, "Malloc0");
        device.deactivate();
        fixture.activate(TWO_MIB);
        assertThat(memory().capacity()).isEqualTo(2 << 20);
        assertThat(memory().getLong(4096)).isZero();
    }

    @Test
    void shouldReleaseTheLeaseOfABdevThatWasStoppedWhenItsConfigurationIsDeleted() throws IOException {
        fixture.activate(ONE_MIB).deactivate();
        fixture.deleteConfiguration(PID);
        assertThat(fixture.allocator.leases).isEmpty();
    }

    @Test
    void shouldReleaseOnStartWhatLostItsConfigurationWhileTheBundleWasStopped() throws IOException {
        fixture.activate(ONE_MIB).deactivate();
        fixture.activate(PID + "b", Settings.of("Kept", "1MiB")).deactivate();
        fixture.allocator.lease("other", 4096, -1);
        fixture.configured.remove(PID);
        fixture.restart();
        assertThat(fixture.allocator.leases).containsOnlyKeys("bdev-Kept", "other");
    }

    @Test
    void shouldReleaseTheLeaseOfTheFormerNameOfABdev() throws IOException {
        fixture.activate(ONE_MIB).deactivate();
        fixture.activate(Settings.of("Renamed", "1MiB"));
        assertThat(fixture.allocator.leases).containsOnlyKeys("bdev-Renamed");
    }

    @Test
    void shouldKeepLeasesWhenConfigurationsCannotBeRead() throws IOException {
        fixture.activate(ONE_MIB).deactivate();
        fixture.configurationsUnreadable = true;
        fixture.restart();
        assertThat(fixture.allocator.leases).containsKey("bdev-Malloc0");
    }

    @Test
    void shouldIgnoreEventsOfOtherKinds() throws IOException {
        MallocDevice device = fixture.activate(ONE_MIB);
        fixture.send(PID, MallocDevice.FACTORY_PID, ConfigurationEvent.CM_UPDATED);
        fixture.send(PID, "io.hotbay.vhost.controller", ConfigurationEvent.CM_DELETED);
        fixture.send(PID, null, ConfigurationEvent.CM_DELETED);
        device.deactivate();
        assertThat(fixture.allocator.leases).containsKey("bdev-Malloc0");
    }

    @Test
    void shouldGrowWhatWasKeptToTheSizeThatIsConfiguredNow() throws IOException {
        fixture.activate(ONE_MIB).deactivate();
        memory().putLong(4096, 42);
        fixture.activate(TWO_MIB);
        assertThat(memory().capacity()).isEqualTo(2 << 20);
        assertThat(memory().getLong(4096)).isEqualTo(42);
        assertThat(fixture.allocator.untrimmed).isEmpty();
    }

    @Test
    void shouldCutOffWhatWasKeptOnlyWithoutLossOrWhenTold() throws IOException {
        fixture.activate(TWO_MIB).deactivate();
        memory().put(1_500_000, (byte) 1);
        assertThatThrownBy(() -> fixture.activate(ONE_MIB))
                .isInstanceOf(IOException.class)
                .hasMessage("bdev Malloc0: its contents reach to byte 1500001 of 2 MiB and would be cut off at 1 MiB:"
                        + " set size back, or lose them with bdev:resize Malloc0 1048576 --force");
        assertThat(memory().get(1_500_000)).isEqualTo((byte) 1);
        new MallocDevice(ONE_MIB, Fixture.cutting("1M"), fixture.keeper, fixture.logger);
        assertThat(memory().capacity()).isEqualTo(1 << 20);
    }

    @Test
    void shouldAskForLeasesThatAreConfiguredWhenItStarts() throws IOException {
        fixture.activate(ONE_MIB).deactivate();
        fixture.allocator.asked.clear();
        fixture.restart();
        assertThat(fixture.allocator.asked).containsExactly("bdev-Malloc0");
    }

    @Test
    void shouldRefuseTwoConfigurationsOfOneName() throws IOException {
        fixture.activate(ONE_MIB);
        assertThatThrownBy(() -> fixture.activate(PID + "b", ONE_MIB))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bdev Malloc0: configuration " + PID + " has that name already: choose another");
    }

    @Test
    void shouldLeaveNothingBehindWhenThereIsNoMemory() throws IOException {
        fixture.allocator.limit = 1 << 20;
        assertThatThrownBy(() -> fixture.activate(TWO_MIB)).hasMessage("not enough memory for lease bdev-Malloc0");
        fixture.deleteConfiguration(PID);
        fixture.activate(PID + "b", ONE_MIB);
        assertThat(memory().capacity()).isEqualTo(1 << 20);
    }
}
