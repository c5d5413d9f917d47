/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The checksum that virtnbdbackup writes beside a stream. Source: format document, "Files of a backup set".
 *
 * @param file the file that it is in
 * @param text what is in there, without white space around it; more than a checksum takes is left out
 */
public record ChecksumFile(StoredFile file, String text) {

    /** What its name has behind that of the stream. */
    public static final String SUFFIX = ".chksum";

    private static final int MAX_BYTES = 64;
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,10}");

    /** The name of the stream that a file of that name has the checksum of; empty where it is no such name. */
    public static Optional<String> stream(String fileName) {
        return fileName.endsWith(SUFFIX) ? Optional.of(fileName.substring(0, fileName.length() - SUFFIX.length()))
                : Optional.empty();
    }

    /** Reads the file. Whether it is a checksum is not looked at yet. */
    public static ChecksumFile read(StoredFile file) throws IOException {
        try (InputStream in = file.open()) {
            return new ChecksumFile(file, new String(in.readNBytes(MAX_BYTES), StandardCharsets.US_ASCII).strip());
        }
    }

    /** Whether it is a decimal number that an Adler-32 can be. */
    public boolean isNumber() {
        return DECIMAL.matcher(text).matches();
    }

    /** Whether it is that checksum. */
    public boolean says(long adler32) {
        return isNumber() && Long.parseLong(text) == adler32;
    }
}
