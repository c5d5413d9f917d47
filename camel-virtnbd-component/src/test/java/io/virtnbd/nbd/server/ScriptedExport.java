/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.extent.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** An export that can be told to fail, and that remembers what was asked of it. Byte {@code n} of it is {@code n % 251}. */
final class ScriptedExport implements Export {

    /** Something that a test puts in the place of an operation. */
    interface Fault {
        void at(long offset) throws IOException;
    }

    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    final long size;
    final boolean readOnly;
    volatile Fault fault = offset -> {
    };
    volatile List<Extent> extents;
    volatile long lookahead;
    /** Bytes that one call sends, and how many may be sent at all before it gives up. */
    volatile int transferStep;
    volatile long transferLimit = Long.MAX_VALUE;

    ScriptedExport(long size, boolean readOnly) {
        this.size = size;
        this.readOnly = readOnly;
    }

    static byte at(long offset) {
        return (byte) (offset % 251);
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
        fault.at(offset);
        for (long at = offset; target.hasRemaining(); at++) {
            target.put(at(at));
        }
    }

    @Override
    public long lookahead() {
        return lookahead;
    }

    @Override
    public void expect(long offset, long length) throws IOException {
        calls.add("expect " + length + " at " + offset);
        if (offset < 0 || length <= 0 || offset > size - length) {
            throw new IOException("not within the export");
        }
    }

    @Override
    public long transferTo(long offset, long length, WritableByteChannel target) throws IOException {
        int count = (int) Math.min(Math.min(transferStep, length), transferLimit);
        if (count == 0) {
            return 0;
        }
        ByteBuffer buffer = ByteBuffer.allocate(count);
        read(offset, buffer);
        transferLimit -= count;
        calls.add("transfer");
        return target.write(buffer.flip());
    }

    @Override
    public void extents(long offset, long length, ExtentConsumer consumer) throws IOException {
        if (extents == null) {
            Export.super.extents(offset, length, consumer);
            return;
        }
        for (Extent extent : extents) {
            if (!consumer.accept(extent)) {
                return;
            }
        }
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
        fault.at(offset);
        calls.add("write " + source.remaining() + " at " + offset);
        source.position(source.limit());
    }

    @Override
    public void writeZeroes(long offset, long length, boolean keepAllocated) throws IOException {
        fault.at(offset);
        calls.add("zero " + length + " at " + offset + (keepAllocated ? " allocated" : ""));
    }

    @Override
    public void trim(long offset, long length) throws IOException {
        fault.at(offset);
        calls.add("trim " + length + " at " + offset);
    }

    @Override
    public void flush() throws IOException {
        calls.add("flush");
    }
}
