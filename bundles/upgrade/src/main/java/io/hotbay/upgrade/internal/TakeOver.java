// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import io.hotbay.keeper.Keeper;
import io.hotbay.linux.UnixConnection;
import io.hotbay.reactor.Reactors;
import io.hotbay.upgrade.internal.HandOverConnection.Frame;
import io.hotbay.virtio.VirtioDeviceType;
import io.hotbay.virtio.VirtqueueFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/**
 * A successor's side. The launcher, which shares no class with bundles but those of the JDK, calls it with a word: {@code receive}
 * before anything that only one process may have, then {@code adopt}, and starts that. Any process that is about to stop gets
 * {@code store}.
 */
@Component(
        service = {UnaryOperator.class, TakeOver.class},
        property = "hotbay.take.over=true")
public final class TakeOver implements UnaryOperator<String> {
    /** Framework property: where the process listens whose place this one takes. */
    private static final String SOCKET = "hotbay.take.over";
    /** Everything has been received, and the other process touches nothing any more. */
    private static final String YOURS = "yours";
    /** The other process has ended the conversation or its life; the launcher can tell which. */
    private static final String LOST = "lost";

    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long LOOK_AGAIN_MILLIS = 5;

    private final BundleContext context;
    private final Keeper keeper;
    private final Logger logger;
    private HandOverConnection connection;
    private Estate estate;
    /** What the other process has served; null if it could not tell. */
    private Report before;

    private volatile boolean underWay;

    @Activate
    public TakeOver(
            BundleContext context, @Reference Keeper keeper, @Reference(service = LoggerFactory.class) Logger logger) {
        this.context = context;
        this.keeper = keeper;
        this.logger = logger;
    }

    /** Whether this process is about to take another one's place: what is replaced now might stop those who do that. */
    boolean isUnderWay() {
        return underWay;
    }

    @Override
    public String apply(String word) {
        return switch (word) {
            case "receive" -> receive();
            case "adopt" -> adopt();
            case "store" -> new ServiceRestart(context, keeper, logger).store();
            default -> throw new IllegalArgumentException(word);
        };
    }

    private String receive() {
        underWay = true;
        try {
            connection = new HandOverConnection(UnixConnection.connect(Path.of(context.getProperty(SOCKET))));
            checkServices();
            connection.send(
                    HandOverConnection.PREPARED,
                    ByteBuffer.allocate(Integer.BYTES).putInt(Estate.VERSION).array(),
                    List.of());
            estate = connection.receiveEstate();
            connection.send(HandOverConnection.GOT);
            Frame frame = connection.receive();
            if (frame.type() != HandOverConnection.YOURS) {
                return LOST;
            }
            before = Report.of(frame.text());
            return YOURS;
        } catch (IOException | RuntimeException e) {
            logger.error("nothing is taken over: {}", e.getMessage());
            refuse(e);
            return LOST;
        }
    }

    /** What every controller needs must be here while the other process still serves. */
    private void checkServices() throws IOException {
        for (Class<?> needed : List.of(Reactors.class, VirtqueueFactory.class, VirtioDeviceType.class)) {
            if (context.getServiceReference(needed.getName()) == null) {
                throw new IOException("no bundle of the installation offers " + needed.getName());
            }
        }
    }

    private void refuse(Exception why) {
        try {
            if (connection != null) {
                connection.send(HandOverConnection.REFUSED, String.valueOf(why.getMessage()));
            }
        } catch (IOException e) {
            logger.debug("the other process does not listen any more: {}", e.getMessage());
        }
    }

    /** Also when the other process has died: what has arrived completely is as good as ever. */
    private String adopt() {
        if (estate == null) {
            underWay = false;
            return "";
        }
        Set<String> names = estate.names();
        estate.giveTo(keeper);
        if (before == null) {
            underWay = false;
            return "";
        }
        Thread thread = new Thread(() -> report(names), "hotbay-take-over");
        thread.setDaemon(true);
        thread.start();
        return "";
    }

    /** Tells the other process as soon as everything is in use again. */
    private void report(Set<String> names) {
        try {
            long deadline = System.nanoTime() + SETTLE_NANOS;
            while (!isInUse(names) && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
            }
            connection.send(
                    HandOverConnection.RESUMED, Disks.of(context).report().text());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            logger.warn("the other process does not hear any more that everything goes on here: {}", e.getMessage());
        } finally {
            connection.close();
            underWay = false;
        }
    }

    private boolean isInUse(Set<String> names) {
        return names.stream().noneMatch(keeper.names()::contains)
                && Disks.of(context).report().disks() >= before.disks();
    }
}
