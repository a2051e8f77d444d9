// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.ResultLog;

/** What a check has found: one line each, that says what is wrong and what to do. The worst of them is the result. */
final class Findings {
    private final ResultLog log = new ResultLog();
    private boolean empty = true;

    void ok(String line) {
        add(Status.OK, line);
    }

    /** It works, but worse than it could. */
    void warn(String line) {
        add(Status.WARN, line);
    }

    /** It does not work just now, and is expected to go on by itself. */
    void unavailable(String line) {
        add(Status.TEMPORARILY_UNAVAILABLE, line);
    }

    /** It does not work, and will not before somebody does something. */
    void critical(String line) {
        add(Status.CRITICAL, line);
    }

    /** A bundle whose service the check is about does not offer it. */
    void missing(String bundle) {
        String name = "io.hotbay." + bundle;
        critical("the bundle " + name + " is not running or cannot work as configured: see the log; lb -s " + name
                + " tells its number, and felix:start NUMBER starts it");
    }

    void add(Status status, String line) {
        log.add(new ResultLog.Entry(status, line));
        empty = false;
    }

    /** The result; the line is for the case that nothing was found. */
    Result resultOr(String line) {
        if (empty) {
            ok(line);
        }
        return new Result(log);
    }

    /** "1 bdev", "2 bdevs". */
    static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }
}
