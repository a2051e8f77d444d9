// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.junit.jupiter.api.Assumptions.abort;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Skips what fails after qemu-storage-daemon has given up a device by its own report: QEMU 7.2's now and then loses the race between a
 * guest that is unplugged and its own notification, and never serves that device again. That shows nothing about the test. The tests
 * after it are skipped too: the guest waits for the device for ever.
 */
final class PeerPanic implements TestExecutionExceptionHandler, ExecutionCondition {
    private static final String REPORT = "qemu-storage-daemon: vu_panic:";
    private static final String REASON = "qemu-storage-daemon has given up a device";

    private boolean seen;

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return seen ? ConditionEvaluationResult.disabled(REASON) : ConditionEvaluationResult.enabled("it serves all");
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        if (!tellsOfPanic(failure)) {
            throw failure;
        }
        seen = true;
        // Surefire's summary does not show the reason of a skipped test.
        System.out.println("skipped: " + REASON + ": " + failure.getMessage());
        abort(REASON);
    }

    /** A failure quotes the ends of all logs. */
    static boolean tellsOfPanic(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof GuestFailure && message != null && message.contains(REPORT);
    }
}
