/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.engine.backup.SideFile;
import io.virtnbd.engine.backup.SideFileKind;
import io.virtnbd.store.StoredFile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The files beside the streams of a backup that is folded: the full that it becomes has the same ones. */
final class SideFilesOf {

    private SideFilesOf() {
    }

    /** As the manifest of the checkpoint lists them or, where there is none, as they are called. */
    static List<SideFile> checkpoint(SetFiles set, String checkpoint, Collection<String> disks) {
        List<SideFile> result = new ArrayList<>();
        if (set.manifest(checkpoint).isPresent()) {
            for (ManifestEntry entry : set.manifest(checkpoint).get().artifacts()) {
                StoredFile file = set.files().get(entry.name());
                for (SideFileKind kind : SideFileKind.values()) {
                    if (kind.label().equals(entry.artifact()) && file != null) {
                        result.add(new SideFile(entry.name(), kind, Optional.ofNullable(entry.disk()), new TakenOver(file)));
                    }
                }
            }
            return result;
        }
        add(result, set.files(), BackupFileNames.domainXml(checkpoint), SideFileKind.DOMAIN_XML, Optional.empty());
        add(result, set.files(), BackupFileNames.checkpointXml(checkpoint), SideFileKind.CHECKPOINT_XML, Optional.empty());
        for (String disk : disks) {
            add(result, set.files(), BackupFileNames.imageInfo(disk, checkpoint), SideFileKind.IMAGE_INFO, Optional.of(disk));
        }
        return result;
    }

    private static void add(List<SideFile> result, Map<String, StoredFile> files, String name, SideFileKind kind,
            Optional<String> disk) {
        if (files.containsKey(name)) {
            result.add(new SideFile(name, kind, disk, new TakenOver(files.get(name))));
        }
    }
}
