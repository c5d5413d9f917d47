/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.engine.verify.StreamReport;
import io.virtnbd.engine.verify.StreamVerifier;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Damage must not be folded into a full whose checksums are right: so what is folded is read and compared before. */
final class SourceCheck {

    private SourceCheck() {
    }

    /**
     * Reads a stream to its end.
     *
     * @param entry what a manifest says of it
     * @throws ChainException if it is damaged
     */
    static StreamReport check(StoredFile file, Optional<ManifestEntry> entry) throws IOException {
        StreamReport report;
        try (InputStream stream = file.open()) {
            report = StreamVerifier.verify(stream);
        } catch (IOException e) {
            throw new ChainException(file + ": expected a stream that is whole, found " + e.getMessage(), e);
        }
        Optional<String> expected = entry.map(ManifestEntry::sha256);
        if (expected.isPresent() && !expected.get().equals(report.sha256())) {
            throw new ChainException(file + ": expected SHA-256 " + expected.get() + " as in its manifest, found "
                    + report.sha256());
        }
        return report;
    }
}
