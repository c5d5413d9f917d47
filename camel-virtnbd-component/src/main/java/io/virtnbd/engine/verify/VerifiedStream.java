/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.chain.Sha256;
import io.virtnbd.sparsestream.StreamContent;
import io.virtnbd.sparsestream.StreamVerifier;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.Adler32;
import java.util.zip.CheckedInputStream;

/**
 * A stream that was read to its end, once, for its content and its checksums.
 *
 * @param content what it holds
 * @param sha256  of the stream, 64 lower-case hexadecimal digits
 * @param adler32 of the stream
 */
public record VerifiedStream(StreamContent content, String sha256, long adler32) {

    /**
     * Reads a stream.
     *
     * @param stream read to its end, not closed
     * @throws io.virtnbd.sparsestream.MalformedStreamException if it is no whole, undamaged stream
     * @throws IOException if it cannot be read
     */
    public static VerifiedStream read(InputStream stream) throws IOException {
        MessageDigest digest = Sha256.digest();
        Adler32 adler32 = new Adler32();
        StreamContent content = StreamVerifier.verify(
                new CheckedInputStream(new DigestInputStream(stream, digest), adler32));
        return new VerifiedStream(content, HexFormat.of().formatHex(digest.digest()), adler32.getValue());
    }
}
