/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.nbd.protocol.NbdRequestException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class MemoryExportTest extends ExportContract {

    @Override
    protected Export create(long size) {
        return new MemoryExport(size);
    }

    @Test
    void holdsDisksOfAnySize() throws IOException {
        MemoryExport export = new MemoryExport(Long.MAX_VALUE);
        long offset = Long.MAX_VALUE - 10;
        export.write(offset, ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(read(export, offset - 1, 6)).containsExactly(0, 1, 2, 3, 0, 0);
        long page = offset / MemoryExport.PAGE * MemoryExport.PAGE;
        assertThat(extents(export, 0, Long.MAX_VALUE)).containsExactly(
                new Extent(0, page, ExtentType.ZERO), new Extent(page, Long.MAX_VALUE - page, ExtentType.DATA));
        export.trim(1, Long.MAX_VALUE - 1);
        assertThat(extents(export, 0, Long.MAX_VALUE)).containsExactly(new Extent(0, Long.MAX_VALUE, ExtentType.ZERO));
    }

    @Test
    void refusesToTakeMoreMemoryThanItMay() throws IOException {
        MemoryExport export = new MemoryExport(1 << 30, 2 * MemoryExport.PAGE);
        export.write(0, ByteBuffer.allocate(2 * MemoryExport.PAGE));
        assertThatThrownBy(() -> export.write(1 << 29, ByteBuffer.allocate(1)))
                .isInstanceOfSatisfying(NbdRequestException.class, e -> assertThat(e.errno()).isEqualTo(28));
        export.trim(0, MemoryExport.PAGE);
        export.write(1 << 29, ByteBuffer.allocate(1));
    }

    @Test
    void startsWithGivenContent() throws IOException {
        assertThat(read(MemoryExport.of(new byte[] {1, 2, 3}), 0, 3)).containsExactly(1, 2, 3);
        assertThat(MemoryExport.of(new byte[0]).size()).isZero();
    }

    @Test
    void keepsZeroedPagesAllocatedOnlyWhenAsked() throws IOException {
        MemoryExport export = new MemoryExport(4 * MemoryExport.PAGE);
        export.writeZeroes(0, MemoryExport.PAGE, true);
        export.writeZeroes(MemoryExport.PAGE, MemoryExport.PAGE, false);
        assertThat(extents(export, 0, export.size())).containsExactly(
                new Extent(0, MemoryExport.PAGE, ExtentType.DATA),
                new Extent(MemoryExport.PAGE, 3 * MemoryExport.PAGE, ExtentType.ZERO));
    }
}
