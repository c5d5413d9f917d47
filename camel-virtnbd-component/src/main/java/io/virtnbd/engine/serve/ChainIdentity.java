/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.serve;

import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainMember;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Tells chains apart, wherever their files are. */
final class ChainIdentity {

    /** Bytes of an identity. */
    static final int LENGTH = 32;

    private ChainIdentity() {
    }

    /** The SHA-256 of what the streams say about themselves and how long they are. */
    static byte[] of(Chain chain) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (ChainMember member : chain.members()) {
                digest.update(member.metadata().toJson());
                digest.update(("\n" + member.file().bytes() + "\n").getBytes(StandardCharsets.US_ASCII));
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
