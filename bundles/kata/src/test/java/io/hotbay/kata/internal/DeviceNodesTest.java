// SPDX-License-Identifier: Apache-2.0
package io.hotbay.kata.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hotbay.kata.KataNode;
import io.hotbay.linux.FileStatus;
import io.hotbay.linux.FileSystem;
import io.hotbay.linux.UnixListener;
import io.hotbay.linux.Users;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceNodesTest {
    private static final int CAP_MKNOD = 27;

    @TempDir
    private Path dir;

    private StoreDirectory store;
    private DeviceNodes nodes;

    @BeforeEach
    void makeStore() throws IOException {
        store = new StoreDirectory(dir.resolve("s"));
        store.create();
        nodes = restarted();
    }

    private DeviceNodes restarted() {
        return new DeviceNodes(store, new MinorNumbers(dir.resolve("minors")));
    }

    @Test
    void shouldMakeANodeWithKatasMajor() throws IOException {
        assumeTrue(Users.hasCapability(CAP_MKNOD));

        KataNode node = nodes.make("vhostblk0");

        FileStatus status = FileStatus.of(node.path());
        assertThat(node.present()).isTrue();
        assertThat(status.isBlockDevice()).isTrue();
        assertThat(status.major()).isEqualTo(241);
        assertThat(status.minor()).isZero();
        assertThat(status.mode() & 0777).isEqualTo(0600);
    }

    @Test
    void shouldKeepTheMinorOverARestart() throws IOException {
        assumeTrue(Users.hasCapability(CAP_MKNOD));
        nodes.make("a");
        nodes.make("b");
        nodes.remove("a");
        nodes.remove("b");

        assertThat(restarted().make("b").minor()).isEqualTo(1);
        assertThat(restarted().make("c").minor()).isEqualTo(2);
    }

    @Test
    void shouldAdoptANodeThatTheOperatorMade() throws IOException {
        assumeTrue(Users.hasCapability(CAP_MKNOD));
        FileSystem.mknodBlock(store.devices().resolve("vhostblk0"), 241, 7, 0600);

        KataNode node = nodes.make("vhostblk0");

        assertThat(node.present()).isTrue();
        assertThat(node.minor()).isEqualTo(7);
    }

    @Test
    void shouldNotTakeTheMinorOfANodeItDoesNotKnow() throws IOException {
        assumeTrue(Users.hasCapability(CAP_MKNOD));
        FileSystem.mknodBlock(store.devices().resolve("other"), 241, 0, 0600);

        assertThat(nodes.make("vhostblk0").minor()).isEqualTo(1);
    }

    @Test
    void shouldLeaveAFileOfThatNameAlone() throws IOException {
        Path file = Files.writeString(store.devices().resolve("vhostblk0"), "mine");

        KataNode node = nodes.make("vhostblk0");
        nodes.remove("vhostblk0");

        assertThat(node.present()).isFalse();
        assertThat(node.problem())
                .contains(file + " is no block device with major 241: remove it, then run: mknod -m 0600 " + file
                        + " b 241 0");
        assertThat(file).hasContent("mine");
    }

    @Test
    void shouldRemoveOnlyItsOwnStaleNodes() throws IOException {
        assumeTrue(Users.hasCapability(CAP_MKNOD));
        Path stale = nodes.make("vhostblk0").path();
        Path foreign = store.devices().resolve("foreign");
        FileSystem.mknodBlock(foreign, 241, 9, 0600);

        assertThat(restarted().removeStale()).containsExactly(stale);
        assertThat(stale).doesNotExist();
        assertThat(foreign).exists();
    }

    @Test
    void shouldResolveAsKataDoes() throws IOException {
        assumeTrue(Users.hasCapability(CAP_MKNOD));
        nodes.make("vhostblk0");
        Path socket = store.sockets().resolve("vhostblk0");

        try (UnixListener listener = UnixListener.bind(socket, new UnixListener.Options(0600, -1, -1, 1))) {
            assertThat(nodes.resolve(241, 0)).isEqualTo(listener.path());
        }
        assertThatThrownBy(() -> nodes.resolve(241, 0)).hasMessageContaining("has no socket " + socket);
        assertThatThrownBy(() -> nodes.resolve(241, 1)).hasMessageContaining("is b 241:1");
        assertThatThrownBy(() -> nodes.resolve(242, 0)).hasMessageContaining("major 242 is not vhost-user-blk");
    }

    @Test
    void shouldNoticeThatANodeIsGone() throws IOException {
        assumeTrue(Users.hasCapability(CAP_MKNOD));
        KataNode node = nodes.make("vhostblk0");
        Files.delete(node.path());

        KataNode now = nodes.look(node);

        assertThat(now.present()).isFalse();
        assertThat(now.problem()).contains("the node is gone").contains("mknod -m 0600 " + node.path() + " b 241 0");
    }
}
