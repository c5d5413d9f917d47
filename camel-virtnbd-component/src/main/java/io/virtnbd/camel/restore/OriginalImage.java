/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainMember;
import io.virtnbd.chain.InvalidNameException;
import io.virtnbd.engine.restore.Qcow2Options;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;

/** What a backup set says of the image that a disk was in. */
final class OriginalImage {

    private static final int MAX_BYTES = 1 << 20;

    private OriginalImage() {
    }

    /**
     * Options of qcow2 to create the restored image with, empty where the set has none. They are those of the newest backup that
     * tells them: virtnbdbackup names the file of a differential by its time.
     */
    static String options(Chain chain) throws IOException {
        for (int i = chain.members().size() - 1; i >= 0; i--) {
            ChainMember member = chain.members().get(i);
            try (InputStream info = member.file().store().open(BackupFileNames.imageInfo(chain.disk(),
                    member.metadata().checkpointName()))) {
                return Qcow2Options.of(new String(info.readNBytes(MAX_BYTES), StandardCharsets.UTF_8));
            } catch (NoSuchFileException | InvalidNameException e) {
                // looked for in the one before
            }
        }
        return "";
    }
}
