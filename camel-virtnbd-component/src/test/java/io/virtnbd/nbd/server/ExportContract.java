/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every writable export must do. */
public abstract class ExportContract {

    private static final int SIZE = 1_000_003;

    /** An export of zeroes. */
    protected abstract Export create(long size) throws IOException;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void behavesLikeAnArrayOfBytes(long seed) throws IOException {
        Random random = new Random(seed);
        Export export = create(SIZE);
        byte[] model = new byte[SIZE];
        for (int i = 0; i < 400; i++) {
            int offset = random.nextInt(4) == 0 ? random.nextInt(SIZE) : random.nextInt(16) * MemoryExport.PAGE;
            int length = 1 + random.nextInt(Math.min(SIZE - offset, random.nextBoolean() ? 300_000 : 5000));
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    byte[] data = new byte[length];
                    random.nextBytes(data);
                    export.write(offset, ByteBuffer.wrap(data));
                    System.arraycopy(data, 0, model, offset, length);
                }
                case 2 -> {
                    export.writeZeroes(offset, length, random.nextBoolean());
                    Arrays.fill(model, offset, offset + length, (byte) 0);
                }
                case 3 -> {
                    export.trim(offset, length);
                    // what a trimmed range holds is the export's choice
                    System.arraycopy(read(export, offset, length), 0, model, offset, length);
                }
                default -> assertExtentsHold(export, model, offset, length);
            }
        }
        export.flush();
        assertThat(read(export, 0, SIZE)).isEqualTo(model);
        assertExtentsHold(export, model, 0, SIZE);
    }

    @Test
    void refusesRangesBeyondItsEnd() throws IOException {
        Export export = create(100);
        assertThatThrownBy(() -> export.read(99, ByteBuffer.allocate(2))).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> export.write(99, ByteBuffer.allocate(2))).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> export.trim(-1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> export.writeZeroes(0, 101, false)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> export.extents(0, 101, extent -> true)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void stopsReportingWhenToldTo() throws IOException {
        Export export = create(10L * MemoryExport.PAGE);
        export.write(5L * MemoryExport.PAGE, ByteBuffer.allocate(1).put(0, (byte) 1));
        List<Extent> first = new ArrayList<>();
        export.extents(0, export.size(), extent -> {
            first.add(extent);
            return false;
        });
        assertThat(first).containsExactly(new Extent(0, 5L * MemoryExport.PAGE, ExtentType.ZERO));
    }

    public static byte[] read(Export export, long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        export.read(offset, buffer);
        assertThat(buffer.hasRemaining()).isFalse();
        return buffer.array();
    }

    public static List<Extent> extents(Export export, long offset, long length) throws IOException {
        List<Extent> extents = new ArrayList<>();
        export.extents(offset, length, extents::add);
        return extents;
    }

    private static void assertExtentsHold(Export export, byte[] model, int offset, int length) throws IOException {
        long at = offset;
        for (Extent extent : extents(export, offset, length)) {
            assertThat(extent.offset()).isEqualTo(at);
            at = extent.end();
            if (extent.type() == ExtentType.ZERO) {
                byte[] range = Arrays.copyOfRange(model, (int) extent.offset(), (int) at);
                assertThat(Arrays.equals(range, new byte[range.length])).as("%s", extent).isTrue();
            }
        }
        assertThat(at).isEqualTo(offset + length);
    }
}
