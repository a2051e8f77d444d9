// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;

/**
 * The guest's second serial port. One job runs at a time.
 *
 * <pre>
 *   to the guest    RUN id script                        script and output in base64
 *   from the guest  READY boot-id                        after each boot
 *                   MARK word                            by the command "mark", in the middle of a job
 *                   BEGIN id, output lines, DONE id status
 * </pre>
 */
final class JobChannel extends LineSocket {
    private final StringBuilder output = new StringBuilder();
    private final Set<String> marks = new HashSet<>();
    private int boots;
    private String bootId = "";
    private int lastJob;
    private int bootOfJob;
    private boolean running;
    private boolean printing;
    private JobResult result;

    JobChannel(String name, Path socket, Logs logs) {
        super(name, socket, logs);
        listen();
    }

    @Override
    void received(String line) {
        String[] words = line.strip().split(" ");
        switch (words[0]) {
            case "READY" -> booted(words);
            case "MARK" -> marks.add(words[1]);
            case "BEGIN" -> printing = words[1].equals(String.valueOf(lastJob));
            case "DONE" -> done(words);
            default -> {
                if (printing) {
                    output.append(line.strip());
                }
            }
        }
    }

    private void booted(String[] words) {
        boots++;
        bootId = words[1];
    }

    private void done(String[] words) {
        if (words[1].equals(String.valueOf(lastJob))) {
            printing = false;
            byte[] text = Base64.getDecoder().decode(output.toString());
            result = new JobResult(Integer.parseInt(words[2]), new String(text, StandardCharsets.UTF_8));
        }
    }

    /** Waits until the guest has booted that many times. */
    void awaitBoot(int count, Duration timeout) {
        await("boot " + count + " of the guest", timeout, () -> boots >= count ? Boolean.TRUE : null);
    }

    synchronized int boots() {
        return boots;
    }

    synchronized String bootId() {
        return bootId;
    }

    /** Starts a job that is to be waited for with {@link #awaitResult}. */
    synchronized void start(String script) {
        if (running) {
            throw new IllegalStateException("The job before has not been waited for");
        }
        running = true;
        result = null;
        marks.clear();
        output.setLength(0);
        lastJob++;
        bootOfJob = boots;
        send("RUN " + lastJob + " " + encode(script));
    }

    /** Starts a job that ends with the guest. */
    synchronized void startLast(String script) {
        start(script);
        abandon();
    }

    /** Waits no longer for the running job, if there is one: it ends with the guest. */
    synchronized void abandon() {
        running = false;
    }

    /** Waits until the running job has said {@code mark word}. */
    void awaitMark(String word, Duration timeout) {
        await(
                "the job's mark \"" + word + "\"",
                timeout,
                () -> marks.contains(word) || result != null ? Boolean.TRUE : null);
        if (!hasMark(word)) {
            throw logs().failure("The job has ended before its mark \"" + word + "\"");
        }
    }

    private synchronized boolean hasMark(String word) {
        return marks.contains(word);
    }

    JobResult awaitResult(Duration timeout) {
        try {
            return await("the end of job " + lastJob, timeout, this::resultUnlessRebooted);
        } finally {
            abandon();
        }
    }

    private JobResult resultUnlessRebooted() {
        if (boots != bootOfJob) {
            throw logs().failure("The guest has rebooted by itself in job " + lastJob);
        }
        return result;
    }

    private static String encode(String script) {
        return Base64.getEncoder().encodeToString((script.strip() + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
