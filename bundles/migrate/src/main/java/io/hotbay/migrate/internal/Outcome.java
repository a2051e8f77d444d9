// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import io.hotbay.target.BdevSuccession.Recovered;
import io.hotbay.target.MigrationStatus;
import io.hotbay.target.MigrationStatus.State;
import java.util.List;
import java.util.Optional;

/** How a migration has ended that ended with its process. */
final class Outcome {
    private Outcome() {}

    /**
     * Tells from what was found of it.
     *
     * @param last the last that was written down of it
     * @param recovered what was cleared up
     */
    static MigrationStatus of(MigrationStatus last, List<Recovered> recovered) {
        Optional<Recovered> own = recovered.stream()
                .filter(each -> each.bdev().equals(last.bdev()))
                .findFirst();
        // The source's configuration goes last of all: nothing is left of a switch that came to its end.
        boolean switched = own.map(Recovered::switched).orElse(last.state() == State.SWITCHING);
        return new MigrationStatus(
                last.bdev(),
                last.sourceType(),
                last.destinationType(),
                switched ? State.DONE : State.FAILED,
                last.bytes(),
                switched ? last.bytes() : last.copied(),
                last.rate(),
                -1,
                switched ? "" : reason(last, own.map(Recovered::text).orElse("")),
                last.pauses());
    }

    private static String reason(MigrationStatus last, String text) {
        return "bdev " + last.bdev() + " stays a " + last.sourceType()
                + " bdev, its migration has failed: the target ended in the middle of it; begin again with bdev:migrate"
                + (text.isEmpty() ? "" : "; " + text);
    }
}
