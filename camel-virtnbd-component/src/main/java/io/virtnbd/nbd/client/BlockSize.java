/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

/**
 * The sizes that requests must keep to, in bytes. Source: NBD protocol, "Size constraints".
 *
 * @param minimum   offsets and lengths are multiples of it, except that a request may end where the export ends; a power of
 *                  two, 1 to 65,536
 * @param preferred multiples of it are efficient; a power of two, at least 512, at most the maximum
 * @param maximum   longest payload of a READ or WRITE: the lesser of what the server and this client allow, a multiple of the
 *                  minimum
 */
public record BlockSize(int minimum, int preferred, int maximum) {

    static final int LARGEST_MINIMUM = 65_536;
    private static final int SMALLEST_PREFERRED = 512;
    private static final int DEFAULT_PREFERRED = 4096;
    private static final int DEFAULT_MAXIMUM = 32 << 20;

    /** What holds where a server advertises nothing. */
    static BlockSize defaults(int maxPayload) {
        return new BlockSize(1, Math.min(DEFAULT_PREFERRED, maxPayload), Math.min(DEFAULT_MAXIMUM, maxPayload));
    }

    /**
     * Takes over what a server advertised.
     *
     * @param maxPayload this client's own limit, at least {@link #LARGEST_MINIMUM}
     * @throws IllegalArgumentException if the sizes contradict the protocol
     */
    static BlockSize advertised(long minimum, long preferred, long maximum, int maxPayload) {
        if (Long.bitCount(minimum) != 1 || minimum > LARGEST_MINIMUM) {
            throw new IllegalArgumentException("minimum block size " + minimum + " is not a power of two up to "
                    + LARGEST_MINIMUM);
        }
        if (Long.bitCount(preferred) != 1 || preferred < Math.max(minimum, SMALLEST_PREFERRED)) {
            throw new IllegalArgumentException("preferred block size " + preferred + " is not a power of two from "
                    + Math.max(minimum, SMALLEST_PREFERRED));
        }
        if (maximum < preferred) {
            throw new IllegalArgumentException("maximum payload size " + maximum + " is below the preferred block size "
                    + preferred);
        }
        long effective = Math.min(maximum, maxPayload) / minimum * minimum;
        return new BlockSize((int) minimum, (int) Math.min(preferred, Long.highestOneBit(effective)), (int) effective);
    }
}
