/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.chain.Manifest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a journal says. Not safe for use by several threads. */
final class JournalContent {

    private final JournalHeader header;
    private final List<BegunStream> begun = new ArrayList<>();
    private final Map<Integer, StreamProgress> progress = new TreeMap<>();
    private final Map<Integer, ReadContent> read = new HashMap<>();
    private final List<Manifest> manifests = new ArrayList<>();
    private String server;
    private String published;

    JournalContent(JournalHeader header) {
        this.header = header;
    }

    JournalHeader header() {
        return header;
    }

    void add(BegunStream stream) {
        begun.add(stream);
    }

    /** Replaces what was known of the stream. */
    void add(StreamProgress stream) {
        progress.put(stream.index(), stream);
    }

    void read(int index, ReadContent content) {
        read.put(index, content);
    }

    /** What was read of a stream, of one that was not applied wholly its beginning; empty where that is not known. */
    Optional<ReadContent> read(int index) {
        return Optional.ofNullable(read.get(index));
    }

    Map<Integer, ReadContent> read() {
        return read;
    }

    /** Keeps a manifest that streams are compared with, those of later sessions too. */
    void add(Manifest manifest) {
        manifests.removeIf(each -> each.checkpoint().equals(manifest.checkpoint()) && each.date().equals(manifest.date()));
        manifests.add(manifest);
    }

    List<Manifest> manifests() {
        return manifests;
    }

    void server(String socket) {
        server = socket;
    }

    void published(String modified) {
        published = modified;
    }

    /** Streams of a session, in the order in which they came. */
    List<BegunStream> begun() {
        return begun;
    }

    StreamProgress progress(int index) {
        return progress.getOrDefault(index, StreamProgress.none(index));
    }

    Collection<StreamProgress> progress() {
        return progress.values();
    }

    long dataBytes() {
        return progress.values().stream().mapToLong(StreamProgress::dataBytes).sum();
    }

    /** Bytes of the data frames of the streams that were applied wholly. */
    long wholeDataBytes() {
        return progress.values().stream().filter(StreamProgress::whole).mapToLong(StreamProgress::dataBytes).sum();
    }

    long zeroBytes() {
        return progress.values().stream().mapToLong(StreamProgress::zeroBytes).sum();
    }

    /** Socket of the program that had the image open. */
    Optional<String> server() {
        return Optional.ofNullable(server);
    }

    /** When the image was last modified before it got its final name. */
    Optional<String> published() {
        return Optional.ofNullable(published);
    }

    /** The same, for a header that {@linkplain JournalHeader#continues continues} this one. */
    JournalContent with(JournalHeader later) {
        JournalContent content = new JournalContent(later);
        content.begun.addAll(begun);
        content.progress.putAll(progress);
        content.read.putAll(read);
        content.manifests.addAll(manifests);
        return content;
    }
}
