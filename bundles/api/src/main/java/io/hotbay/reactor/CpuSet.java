// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor;

import java.math.BigInteger;
import java.util.BitSet;

/** Sets of cores as people write them: a mask ({@code 0x3}) or a list ({@code 0,2-3} or {@code [0,2-3]}), as SPDK's -m takes. */
public final class CpuSet {
    /** Cores from here on are refused, so that a slip of the pen does not make a huge set. */
    private static final int LIMIT = 4096;

    private CpuSet() {}

    /**
     * Reads a mask or a list. A number with 0x in front is a mask; anything else is a list.
     *
     * @throws IllegalArgumentException if it is neither, or names no core; the message says how to write it
     */
    public static BitSet parse(String text) {
        String trimmed = text.strip();
        BitSet cores = trimmed.startsWith("0x") || trimmed.startsWith("0X") ? mask(trimmed) : list(trimmed);
        if (cores.isEmpty()) {
            throw malformed(text);
        }
        return cores;
    }

    private static BitSet mask(String text) {
        BigInteger mask;
        try {
            mask = new BigInteger(text.substring(2), 16);
        } catch (NumberFormatException e) {
            throw malformed(text);
        }
        if (mask.signum() < 0 || mask.bitLength() > LIMIT) {
            throw malformed(text);
        }
        BitSet cores = new BitSet();
        for (int core = 0; core < mask.bitLength(); core++) {
            cores.set(core, mask.testBit(core));
        }
        return cores;
    }

    private static BitSet list(String text) {
        String body = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        BitSet cores = new BitSet();
        for (String part : body.split(",", -1)) {
            String[] ends = part.strip().split("-", 2);
            int first = core(ends[0], text);
            int last = ends.length == 2 ? core(ends[1], text) : first;
            if (last < first) {
                throw malformed(text);
            }
            cores.set(first, last + 1);
        }
        return cores;
    }

    private static int core(String digits, String text) {
        try {
            int core = Integer.parseInt(digits.strip());
            if (core >= 0 && core < LIMIT) {
                return core;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message for all slips
        }
        throw malformed(text);
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "\"" + text + "\" is no set of cores: write a mask such as 0x3 or a list such as 0,2-3");
    }

    /** Writes a set as a list: {@code 0,2-3}. */
    public static String list(BitSet cores) {
        StringBuilder out = new StringBuilder();
        for (int first = cores.nextSetBit(0); first >= 0; ) {
            int end = cores.nextClearBit(first);
            out.append(out.length() == 0 ? "" : ",").append(first);
            if (end - first > 1) {
                out.append('-').append(end - 1);
            }
            first = cores.nextSetBit(end);
        }
        return out.toString();
    }
}
