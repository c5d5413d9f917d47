/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.virtnbd.store.Interruptions;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A backup that virtnbdbackup's list of checkpoints ({@code web1.cpt}) has, and that is newer than every stream. The list is
 * written when a backup begins, and does not say of which disks. Where something is still being written that is the backup.
 *
 * @param checkpoint that it made, or was to make
 * @param list       name of the file
 * @param newest     checkpoint of the newest stream
 */
record BegunBackup(String checkpoint, String list, String newest) {

    private static final int MAX_BYTES = 16 << 20;
    private static final JsonMapper MAPPER = new JsonMapper();

    /**
     * @param files   all files of a directory
     * @param streams those of them that are streams
     * @throws IOException if the thread is interrupted
     */
    static Optional<BegunBackup> of(List<StoredFile> files, Collection<StreamFile> streams) throws IOException {
        if (files.stream().anyMatch(file -> file.name().endsWith(".partial"))) {
            return Optional.empty();
        }
        Optional<String> newest = streams.stream().flatMap(BegunBackup::checkpoint).max(CheckpointNumber.BY_NUMBER);
        for (StoredFile file : files) {
            if (newest.isPresent() && file.name().endsWith(".cpt")) {
                String last = newest.get();
                Optional<String> begun = checkpoints(file).stream()
                        .filter(each -> CheckpointNumber.compare(each, last).orElse(0) > 0).max(CheckpointNumber.BY_NUMBER);
                if (begun.isPresent()) {
                    return Optional.of(new BegunBackup(begun.get(), file.name(), last));
                }
            }
        }
        return Optional.empty();
    }

    /** The checkpoint of a differential is that of an increment that is made later. */
    private static Stream<String> checkpoint(StreamFile file) {
        return file.name().level() == Level.DIFF ? Stream.empty()
                : file.name().checkpoint().or(() -> file.isReadable() ? Optional.of(file.checkpoint()) : Optional.empty()).stream();
    }

    /** What is no such list tells nothing. */
    private static List<String> checkpoints(StoredFile file) throws IOException {
        try (InputStream in = file.open()) {
            JsonNode list = MAPPER.readTree(in.readNBytes(MAX_BYTES));
            return list == null || !list.isArray() ? List.of()
                    : list.valueStream().filter(JsonNode::isTextual).map(JsonNode::textValue).toList();
        } catch (IOException e) {
            Interruptions.rethrow(e);
            return List.of();
        }
    }

    /** @param time none for the newest, which nothing is later than */
    boolean isLater(Optional<LocalDateTime> time, Collection<BackupAge> ages) {
        return time.isPresent() && BackupAge.isLater(checkpoint, time.get(), ages);
    }

    ChainException failure() {
        return new ChainException(ChainException.Fault.MISSING, "expected streams of checkpoint " + checkpoint + " that " + list
                + " has, found none that are newer than those of " + newest + "; what there is has to be asked for by the name of its"
                + " checkpoint");
    }
}
