/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import io.virtnbd.examples.support.ExampleException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The disk to back up: an export that is served while this is open. */
interface SourceDisk extends Closeable {

    /** Where the export is, as an NBD URI. */
    String uri();

    /** An export of somebody else. */
    static SourceDisk at(String uri) {
        return new SourceDisk() {
            @Override
            public String uri() {
                return uri;
            }

            @Override
            public void close() {
                // the server is not ours
            }
        };
    }

    /** Serves an image: a qcow2 image through qemu-nbd, anything else as the raw disk that it is. */
    static SourceDisk serve(Path image) throws IOException, ExampleException {
        return isQcow2(image) ? QemuNbdServer.start(image) : RawImageServer.start(image);
    }

    /** Source: the QCOW2 format, "Header". */
    private static boolean isQcow2(Path image) throws IOException {
        byte[] magic = {'Q', 'F', 'I', (byte) 0xFB};
        try (InputStream in = Files.newInputStream(image)) {
            return Arrays.equals(magic, in.readNBytes(magic.length));
        }
    }
}
