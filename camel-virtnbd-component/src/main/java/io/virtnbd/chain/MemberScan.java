/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StopFrame;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.Adler32;
import java.util.zip.CheckedInputStream;

/** Reads one stream to its end, once, for its structure and the one checksum that there is to compare with. */
final class MemberScan {

    private static final int BUFFER = 256 << 10;
    private static final int MAX_CHECKSUM_BYTES = 64;
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,10}");

    private final ChainMember member;
    private final Optional<String> sha256;
    private final Optional<StoredFile> adler32;

    /**
     * @param sha256  expected; empty where no manifest has it
     * @param adler32 file with the checksum of virtnbdbackup; of no concern where there is the other
     */
    MemberScan(ChainMember member, Optional<String> sha256, Optional<StoredFile> adler32) {
        this.member = member;
        this.sha256 = sha256;
        this.adler32 = sha256.isPresent() ? Optional.empty() : adler32;
    }

    /** @throws IOException if anything is wrong; does not name the file */
    void run() throws IOException {
        MessageDigest digest = sha256.isPresent() ? Sha256.digest() : null;
        Adler32 sum = new Adler32();
        try (InputStream file = member.file().open()) {
            read(digest != null ? new DigestInputStream(file, digest)
                    : adler32.isPresent() ? new CheckedInputStream(file, sum) : file);
        }
        if (digest != null) {
            Sha256.require(sha256.get(), HexFormat.of().formatHex(digest.digest()));
        }
        if (adler32.isPresent()) {
            String expected = text(adler32.get());
            if (!DECIMAL.matcher(expected).matches() || Long.parseLong(expected) != sum.getValue()) {
                throw new ChainException("expected Adler-32 " + expected + " as in " + adler32.get().fileName() + ", found "
                        + sum.getValue());
            }
        }
    }

    private void read(InputStream stream) throws IOException {
        SparseStreamReader reader = SparseStreamReader.open(stream);
        if (!reader.metadata().equals(member.metadata())) {
            throw new ChainException("expected the same stream as before, found one of " + reader.metadata().checkpointName()
                    + "; it was replaced meanwhile");
        }
        ByteBuffer payload = ByteBuffer.allocate(BUFFER);
        for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
            if (frame instanceof DataFrame) {
                while (reader.readPayload(payload.clear()) >= 0) {
                    continue; // reading is what checks it
                }
            }
        }
    }

    private static String text(StoredFile file) throws IOException {
        try (InputStream in = file.open()) {
            return new String(in.readNBytes(MAX_CHECKSUM_BYTES), StandardCharsets.US_ASCII).strip();
        }
    }
}
