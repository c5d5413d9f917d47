/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.extent.ExtentMap;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.nbd.client.ExportInfo;
import io.virtnbd.nbd.client.ExtentWalker;
import io.virtnbd.nbd.client.NbdClient;
import io.virtnbd.nbd.protocol.BaseAllocation;
import java.io.IOException;
import java.util.Optional;

/**
 * Asks an export which of its ranges hold data and, where there is a bitmap, which have changed. Borders between ranges are
 * moved to multiples of the export's minimum block, always in favour of data, so that each data range can be read by itself.
 */
final class ExtentPlanner {

    private static final long MAX_SIZE = (Long.MAX_VALUE >>> 2) - 1;

    /** Source: QEMU's nbd.rst, "qemu:dirty-bitmap". */
    private static final int DIRTY = 1;

    private final long size;
    private final long block;
    private final ExtentMap.Builder map = ExtentMap.builder();

    private ExtentPlanner(long size, long block) {
        this.size = size;
        this.block = block;
    }

    /**
     * @param dirtyBitmap meta context that tells what has changed; empty where everything is to be backed up
     * @throws DiskBackupException if the export is too large, ends within a block and so cannot be read whole, or does not have
     *                             the bitmap
     */
    static ExtentMap plan(NbdClient client, Optional<String> dirtyBitmap, String what) throws IOException {
        ExportInfo export = client.export();
        long size = export.size();
        long block = export.blockSize().minimum();
        if (size > MAX_SIZE) {
            throw new DiskBackupException(what + " has " + size + " bytes, expected at most " + MAX_SIZE);
        }
        if (size % block != 0) {
            throw new DiskBackupException(what + " has " + size + " bytes, expected a multiple of its minimum block size "
                    + block + ": its last " + size % block + " bytes cannot be read");
        }
        int allocation = export.metaContexts().indexOf(BaseAllocation.NAME);
        int bitmap = dirtyBitmap.isPresent() ? export.metaContexts().indexOf(dirtyBitmap.get()) : -1;
        if (dirtyBitmap.isPresent() && bitmap < 0) {
            throw new DiskBackupException(what + ": expected an export with the bitmap " + dirtyBitmap.get() + ", found only "
                    + export.metaContexts());
        }
        if (export.metaContexts().isEmpty()) {
            return ExtentMap.of(size, ExtentType.DATA);
        }
        ExtentPlanner planner = new ExtentPlanner(size, block);
        ExtentWalker.walk(client, 0, size, (offset, length, flags) -> {
            boolean unchanged = bitmap >= 0 && (flags[bitmap] & DIRTY) == 0;
            boolean zero = allocation >= 0 && (flags[allocation] & BaseAllocation.ZERO) != 0;
            planner.extent(offset, length, unchanged ? ExtentType.UNCHANGED : zero ? ExtentType.ZERO : ExtentType.DATA);
        });
        planner.append(size, ExtentType.DATA);
        return planner.map.build();
    }

    private void extent(long offset, long length, ExtentType type) {
        long end = offset + length;
        if (type != ExtentType.DATA) {
            long first = -Math.floorDiv(-offset, block) * block;
            long last = end == size ? end : end - end % block;
            if (first < last) {
                append(first, ExtentType.DATA);
                append(last, type);
            }
        }
        // data is appended when what follows it is known, or at the end of the disk
    }

    private void append(long end, ExtentType type) {
        if (end > map.end()) {
            map.append(end - map.end(), type);
        }
    }
}
