/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.directory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a file is known by: streams of different backups differ in their metadata, and manifests and checksums are short.
 *
 * @param bytes  its size
 * @param sha256 of its first 64 KiB
 */
record FileMark(long bytes, String sha256) {

    private static final int HEAD = 1 << 16;

    static FileMark of(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] head = in.readNBytes(HEAD);
            return new FileMark(Files.size(file),
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(head)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean isOf(Path file) throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && equals(of(file));
    }
}
