/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.serve;

import java.nio.ByteBuffer;
import java.util.BitSet;

/** Where the content of each cluster of a disk is; two bits for each. Not safe for use by several threads. */
final class ClusterMap {

    /** Of the map, which are written together. */
    static final int BLOCK = 4096;

    private static final int PER_BYTE = 4;
    private static final int PER_BLOCK = BLOCK * PER_BYTE;

    /** What a cluster is, in the order of the bits in the file. */
    enum State { BASE, DATA, ZERO }

    private static final State[] STATES = State.values();

    private final byte[] bits;
    private final BitSet changed = new BitSet();

    ClusterMap(long clusters) {
        bits = new byte[Math.toIntExact((clusters + PER_BLOCK - 1) / PER_BLOCK * BLOCK)];
    }

    /** Bytes of the whole map, a multiple of {@link #BLOCK}. */
    int bytes() {
        return bits.length;
    }

    /** @return whether all that is in it has a meaning */
    boolean load(ByteBuffer source) {
        source.get(bits);
        for (byte each : bits) {
            if ((each & each >> 1 & 0x55) != 0) {
                return false;
            }
        }
        return true;
    }

    State get(long cluster) {
        return STATES[bits[(int) (cluster / PER_BYTE)] >> shift(cluster) & 3];
    }

    void set(long cluster, State state) {
        int index = (int) (cluster / PER_BYTE);
        int value = bits[index] & ~(3 << shift(cluster)) | state.ordinal() << shift(cluster);
        if (bits[index] != (byte) value) {
            bits[index] = (byte) value;
            changed.set(index / BLOCK);
        }
    }

    private static int shift(long cluster) {
        return (int) (cluster % PER_BYTE) * 2;
    }

    /** The first block that has changed since it was last said to be saved, from that one on; -1 if there is none. */
    int changedBlock(int from) {
        return changed.nextSetBit(from);
    }

    ByteBuffer block(int block) {
        return ByteBuffer.wrap(bits, block * BLOCK, BLOCK);
    }

    void saved() {
        changed.clear();
    }
}
