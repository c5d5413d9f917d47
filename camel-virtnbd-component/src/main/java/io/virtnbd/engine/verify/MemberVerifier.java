/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.chain.ChecksumFile;
import io.virtnbd.chain.StreamEnd;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.store.Interruptions;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Verifies the streams of a set one by one. */
final class MemberVerifier {

    private final SetFiles files;
    private final Map<String, List<Listing>> listings;
    private final Problems problems;

    MemberVerifier(SetFiles files, Map<String, List<Listing>> listings, Problems problems) {
        this.files = files;
        this.listings = listings;
        this.problems = problems;
    }

    /**
     * @param read whether to its end, rather than only looking at that
     * @throws IOException if the thread is interrupted
     */
    StreamReport verify(PlannedStream stream, boolean read) throws IOException {
        StoredFile file = stream.file();
        ListingCheck listing = new ListingCheck(file, file.name(), listings.getOrDefault(file.name(), List.of()), problems);
        EnumSet<Check> checks = EnumSet.noneOf(Check.class);
        Optional<StreamMetadata> metadata = stream.metadata();
        Optional<VerifiedStream> content = Optional.empty();
        long started = System.nanoTime();
        if (listing.size()) {
            if (listings.containsKey(file.name())) {
                checks.add(Check.SIZE);
            }
            try {
                if (read) {
                    content = Optional.of(read(stream, listing, checks));
                    metadata = content.map(found -> found.content().metadata());
                } else {
                    metadata = Optional.of(metadata.isPresent() ? metadata.get() : metadata(file));
                    end(stream, metadata.get(), checks);
                }
            } catch (IOException e) {
                Interruptions.rethrow(e);
                problems.add(file.name(), file.toString(), e);
            }
        }
        boolean damaged = problems.isDamaged(file.name());
        return new StreamReport(file.name(), stream.disk(), stream.level(), file.bytes(), metadata, content, checks, damaged,
                Duration.ofNanos(System.nanoTime() - started));
    }

    private VerifiedStream read(PlannedStream stream, ListingCheck listing, EnumSet<Check> checks) throws IOException {
        StoredFile file = stream.file();
        VerifiedStream content;
        try (InputStream in = file.open()) {
            content = VerifiedStream.read(in);
        }
        if (stream.metadata().isPresent() && !stream.metadata().get().equals(content.content().metadata())) {
            throw new IOException("it was replaced while it was verified");
        }
        checks.add(Check.STRUCTURE);
        checks.add(Check.END);
        if (content.content().checksummed()) {
            checks.add(Check.LZ4);
        }
        if (listing.hasSha256()) {
            if (listing.sha256(content.sha256())) {
                checks.add(Check.SHA256);
            }
        } else {
            adler32(file, content.adler32(), checks);
        }
        return content;
    }

    /** virtnbdbackup puts a checksum beside each stream, and writes no manifests. */
    private void adler32(StoredFile file, long found, EnumSet<Check> checks) throws IOException {
        Optional<StoredFile> beside = files.find(file.name() + ChecksumFile.SUFFIX);
        if (beside.isEmpty()) {
            return;
        }
        ChecksumFile checksum = ChecksumFile.read(beside.get());
        String text = checksum.text();
        if (!checksum.isNumber()) {
            problems.add(Problem.of(beside.get().name(), ProblemKind.MALFORMED, "a decimal number", text,
                    beside.get() + ": expected an Adler-32 as a decimal number, found '" + text.replaceAll("\\p{Cntrl}", "?")
                            + "'"));
        } else if (!checksum.says(found)) {
            problems.add(Problem.of(file.name(), ProblemKind.DAMAGED, "Adler-32 " + text, "Adler-32 " + found,
                    file + ": expected Adler-32 " + text + " as in " + beside.get().name() + ", found " + found));
        } else {
            checks.add(Check.ADLER32);
        }
    }

    private static void end(PlannedStream stream, StreamMetadata metadata, EnumSet<Check> checks) throws IOException {
        if (stream.file().store().seekable()) {
            StreamEnd.check(stream.file(), metadata.compressed());
            checks.add(Check.END);
        }
    }

    private static StreamMetadata metadata(StoredFile file) throws IOException {
        try (SparseStreamReader reader = SparseStreamReader.open(file.open())) {
            return reader.metadata();
        }
    }
}
