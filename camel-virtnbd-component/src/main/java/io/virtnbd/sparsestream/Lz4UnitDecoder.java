/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Exception;

/**
 * Decodes single units of pieces whose layout is known, and verifies the checksums of their blocks. Holds about 1 MiB for blocks
 * of up to 256 KiB; meant to be used for many units. Not for use by several threads at a time.
 */
public final class Lz4UnitDecoder {

    private final Lz4Window window = new Lz4Window();
    private ByteBuffer encoded = ByteBuffer.allocate(0);

    /** Is told of units on the way. */
    public interface Passage {

        /** @param unit that comes next, before which {@link #history} is what stands there */
        void before(int unit);
    }

    /**
     * Decodes a unit.
     *
     * @param first   unit to begin with: of independent blocks the one that is wanted, of linked ones it or one before
     * @param history what {@link #history} was before the first unit; null where it is the piece's first, or blocks are independent
     * @param content takes the content of the unit, and is as long
     * @param passage is told of each unit after the first, up to the one that is wanted
     * @throws MalformedStreamException if a block on the way is damaged, or not as long as the layout says
     */
    public void decode(StreamAccess access, Lz4Layout layout, int first, byte[] history, int unit, byte[] content, Passage passage)
            throws IOException {
        window.start(layout.frame());
        if (history != null) {
            window.prime(history);
        }
        for (int passed = first; passed < unit; passed++) {
            decode(access, layout, passed, null);
            passage.before(passed + 1);
        }
        decode(access, layout, unit, content);
    }

    /** Of linked blocks, what the next block may refer to. */
    public byte[] history() {
        return window.history();
    }

    /** @param target null where the content is not wanted */
    private void decode(StreamAccess access, Lz4Layout layout, int unit, byte[] target) throws IOException {
        int block = layout.firstBlock(unit);
        int end = layout.firstBlock(unit + 1);
        int base = layout.blockStart(block);
        int count = layout.blockStart(end) - base;
        if (encoded.capacity() < count) {
            encoded = ByteBuffer.allocate(count);
        }
        encoded.clear().limit(count);
        access.read(layout.frame().offset() + base, encoded);
        encoded.flip();
        for (int at = 0; block < end; block++) {
            ByteBuffer decoded = decode(layout, block, layout.blockStart(block) - base);
            if (target != null) {
                int length = decoded.remaining();
                decoded.get(target, at, length);
                at += length;
            }
        }
    }

    private ByteBuffer decode(Lz4Layout layout, int number, int index) throws MalformedStreamException {
        Lz4Block block = layout.block(encoded, number, index);
        int expected = layout.blockLength(number);
        String found;
        try {
            ByteBuffer decoded = window.decode(block, expected);
            if (decoded.remaining() == expected) {
                return decoded;
            }
            found = decoded.remaining() + " bytes";
        } catch (LZ4Exception e) {
            found = e.getMessage();
        }
        throw new MalformedStreamException(block.offset(), "LZ4 block: expected one that decodes to " + expected
                + " bytes, found: " + found);
    }
}
