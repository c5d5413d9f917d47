/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.chain.ChainMember;
import io.virtnbd.chain.Level;
import io.virtnbd.chain.StreamFileName;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.store.StoredFile;
import java.util.Optional;

/**
 * A stream that is to be verified.
 *
 * @param metadata empty where it is in no chain, so that its metadata was not read yet
 */
record PlannedStream(StoredFile file, String disk, Level level, Optional<StreamMetadata> metadata) {

    static PlannedStream of(ChainMember member, String disk) {
        return new PlannedStream(member.file(), disk, member.level(), Optional.of(member.metadata()));
    }

    static PlannedStream of(StoredFile file, StreamFileName name) {
        return new PlannedStream(file, name.disk(), name.level(), Optional.empty());
    }
}
