/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.store.BackupStore;
import io.virtnbd.store.DirectoryStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A directory as it will be after a change: so that what it will hold can be checked before.
 *
 * @param before   the directory as it is
 * @param replaced new files by the names that they will have
 * @param gone     names of files that will go
 */
record ChangedStore(BackupStore before, Map<String, Path> replaced, Set<String> gone) implements BackupStore {

    @Override
    public String name() {
        return before.name();
    }

    @Override
    public List<StoredFile> files() throws IOException {
        return changed(before.files());
    }

    @Override
    public List<StoredFile> tree() throws IOException {
        return changed(before.tree());
    }

    private List<StoredFile> changed(List<StoredFile> files) throws IOException {
        List<StoredFile> result = new ArrayList<>();
        for (StoredFile file : files) {
            if (!replaced.containsKey(file.name()) && !gone.contains(file.name())) {
                result.add(new StoredFile(this, file.name(), file.bytes()));
            }
        }
        for (Map.Entry<String, Path> file : replaced.entrySet()) {
            result.add(new StoredFile(this, file.getKey(), Files.size(file.getValue())));
        }
        result.sort(Comparator.comparing(StoredFile::name));
        return result;
    }

    @Override
    public BackupStore directory(String directory) {
        return before.directory(directory);
    }

    @Override
    public Optional<Path> path(String file) {
        return replaced.containsKey(file) ? Optional.of(replaced.get(file)) : before.path(file);
    }

    @Override
    public InputStream open(String file) throws IOException {
        return replaced.containsKey(file) ? store(file).open(fileName(file)) : before.open(file);
    }

    @Override
    public void read(String file, long offset, ByteBuffer target) throws IOException {
        if (replaced.containsKey(file)) {
            store(file).read(fileName(file), offset, target);
        } else {
            before.read(file, offset, target);
        }
    }

    private BackupStore store(String file) {
        return new DirectoryStore(replaced.get(file).getParent());
    }

    private String fileName(String file) {
        return replaced.get(file).getFileName().toString();
    }

    @Override
    public void delete(String file) {
        throw new UnsupportedOperationException(name() + " is only looked at");
    }
}
