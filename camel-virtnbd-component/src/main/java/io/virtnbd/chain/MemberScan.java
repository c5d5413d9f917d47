/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.sparsestream.StreamContent;
import io.virtnbd.sparsestream.StreamVerifier;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.Adler32;
import java.util.zip.CheckedInputStream;

/** Reads one stream to its end, once, for its structure and the one checksum that there is to compare with. */
final class MemberScan {

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
        Optional<Path> plain = member.file().path().filter(path -> !member.metadata().compressed());
        if (sha256.isPresent()) {
            compareSha256();
        } else if (adler32.isPresent()) {
            compareAdler32();
        } else if (plain.isPresent()) {
            try (FileChannel file = FileChannel.open(plain.get())) {
                requireSame(StreamVerifier.verifyFraming(file));
            }
        } else {
            try (InputStream file = member.file().open()) {
                requireSame(StreamVerifier.verify(file));
            }
        }
    }

    private void compareSha256() throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream file = member.file().open()) {
            requireSame(StreamVerifier.verifyFraming(new DigestInputStream(file, digest)));
        }
        Sha256.require(sha256.get(), HexFormat.of().formatHex(digest.digest()));
    }

    private void compareAdler32() throws IOException {
        Adler32 sum = new Adler32();
        try (InputStream file = member.file().open()) {
            requireSame(StreamVerifier.verifyFraming(new CheckedInputStream(file, sum)));
        }
        ChecksumFile expected = ChecksumFile.read(adler32.get());
        if (!expected.says(sum.getValue())) {
            throw new ChainException("expected Adler-32 " + expected.text() + " as in " + adler32.get().fileName() + ", found "
                    + sum.getValue());
        }
    }

    private void requireSame(StreamContent content) throws ChainException {
        if (!content.metadata().equals(member.metadata())) {
            throw new ChainException("expected the same stream as before, found one of "
                    + content.metadata().checkpointName() + "; it was replaced meanwhile");
        }
    }
}
