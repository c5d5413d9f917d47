/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import net.jpountz.xxhash.XXHashFactory;

/** LZ4 frames, made by lz4-java or by hand. */
final class Lz4Frames {

    private Lz4Frames() {
    }

    /** An LZ4 frame with blocks of 64 KiB. */
    static byte[] of(byte[] content, boolean sized) throws IOException {
        return of(content, sized, BLOCKSIZE.SIZE_64KB);
    }

    /** @param sized whether the frame says how large its content is */
    static byte[] of(byte[] content, boolean sized, BLOCKSIZE blockSize) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FLG.Bits[] bits = sized
                ? new FLG.Bits[] {FLG.Bits.BLOCK_INDEPENDENCE, FLG.Bits.CONTENT_CHECKSUM, FLG.Bits.CONTENT_SIZE}
                : new FLG.Bits[] {FLG.Bits.BLOCK_INDEPENDENCE, FLG.Bits.CONTENT_CHECKSUM};
        try (LZ4FrameOutputStream frame = new LZ4FrameOutputStream(out, blockSize, sized ? content.length : -1,
                LZ4Factory.fastestInstance().fastCompressor(), XXHashFactory.fastestInstance().hash32(), bits)) {
            frame.write(content);
        }
        return out.toByteArray();
    }

    /** An LZ4 frame in which each byte of its content is a block of its own. */
    static byte[] ofTinyBlocks(byte[] content) {
        ByteBuffer frame = ByteBuffer.allocate(7 + 5 * content.length + 4).order(ByteOrder.LITTLE_ENDIAN);
        byte[] descriptor = {0x60, 0x40};
        int checksum = XXHashFactory.fastestInstance().hash32().hash(descriptor, 0, 2, 0);
        frame.putInt(0x184d2204).put(descriptor).put((byte) (checksum >>> 8));
        for (byte each : content) {
            frame.putInt(0x80000001).put(each);
        }
        return frame.putInt(0).array();
    }
}
