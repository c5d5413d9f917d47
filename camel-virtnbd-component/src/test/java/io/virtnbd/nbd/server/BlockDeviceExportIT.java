/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs loop devices; without them, as in most containers, nothing is tested. */
@RequiresTools("losetup")
class BlockDeviceExportIT {

    @Test
    void aBlockDeviceIsAllData(@TempDir Path directory) throws Exception {
        byte[] content = new byte[1 << 20];
        content[5000] = 1;
        Path backing = Files.write(directory.resolve("backing"), content);
        Tool.Result attached = Tool.tryRun("losetup", "--find", "--show", backing.toString());
        assumeTrue(attached.exitCode() == 0, () -> "no loop device: " + attached.output());
        String device = attached.output().strip();
        try (RawFileExport export = RawFileExport.writable(Path.of(device))) {
            List<Extent> extents = new ArrayList<>();
            export.extents(0, content.length, extents::add);
            assertThat(extents).containsExactly(new Extent(0, content.length, ExtentType.DATA));
            export.writeZeroes(0, 8192, false);
            ByteBuffer found = ByteBuffer.allocate(8192);
            export.read(0, found);
            assertThat(found.array()).containsOnly(0);
        } finally {
            Tool.run("losetup", "--detach", device);
        }
    }
}
