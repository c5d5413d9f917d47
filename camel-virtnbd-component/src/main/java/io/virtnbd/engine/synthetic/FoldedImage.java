/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.chain.Chain;
import io.virtnbd.engine.restore.DiskRestore;
import io.virtnbd.engine.restore.ImageFormat;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.nbd.server.Export;
import io.virtnbd.nbd.server.RawFileExport;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The content of a chain, to be read. */
final class FoldedImage implements Closeable {

    private final Path file;
    private final RawFileExport export;

    private FoldedImage(Path file, RawFileExport export) {
        this.file = file;
        this.export = export;
    }

    static FoldedImage open(Chain chain, Path directory) throws IOException {
        Path file = Files.createTempFile(directory, chain.disk(), ".raw");
        DiskRestore.restore(chain.members().stream().map(member -> StreamInput.of(member.file())).toList(),
                RestoreOptions.toImage(file, ImageFormat.RAW).withOverwrite(true));
        return new FoldedImage(file, RawFileExport.readOnly(file));
    }

    Export export() {
        return export;
    }

    @Override
    public void close() throws IOException {
        export.close();
        Files.delete(file);
    }
}
