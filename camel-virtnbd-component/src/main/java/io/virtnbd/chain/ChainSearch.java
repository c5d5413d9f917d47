/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the chain of one disk in what there was in a directory. */
final class ChainSearch {

    private final DirectoryContent content;
    private final Optional<String> only;
    private final String disk;

    /**
     * @param only which of several chains, by the checkpoint of its full or copy; empty for the newest
     * @param disk one of which there are streams
     */
    ChainSearch(DirectoryContent content, Optional<String> only, String disk) {
        this.content = content;
        this.only = only;
        this.disk = disk;
    }

    /** @throws ChainException as {@link BackupDirectory#chain} */
    Chain find(Until until) throws ChainException {
        List<ChainMember> members = new ArrayList<>();
        for (Layer layer : layers(until)) {
            for (StreamFile file : layer.files()) {
                if (file.failure() != null) {
                    throw StreamFault.failure(file);
                }
            }
            content.complete().requireListed(disk, layer);
            for (StreamFile file : layer.files()) {
                members.add(new ChainMember(file.file(), file.metadata(), layer.level()));
            }
        }
        ChainMember last = members.get(members.size() - 1);
        if (until.checkpoint().isPresent()) {
            content.lost().requireMadeBy(disk, last);
        } else {
            content.lost().requireNewest(disk, last, until.time(), only);
        }
        return new Chain(disk, members);
    }

    private List<Layer> layers(Until until) throws ChainException {
        StreamsByDisk all = content.streams();
        DiskStreams streams = new DiskStreams(all.withStrayed(disk), until, content.manifests());
        try {
            List<List<Layer>> groups = ChainGroups.split(disk, LayerBuilder.build(streams.counting()));
            if (only.isPresent()) {
                groups = ChainFilter.of(only.get(), all.all()).filter(disk, groups);
            }
            return new DiskChains(disk, groups, !content.manifests().isEmpty(), content.times()).select(until);
        } catch (ChainException e) {
            throw all.explained(disk, streams.explained(e));
        }
    }
}
