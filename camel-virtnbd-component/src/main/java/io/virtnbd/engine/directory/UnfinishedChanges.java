/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.directory;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Changes that programs have left unfinished in and below a directory. */
public final class UnfinishedChanges {

    private UnfinishedChanges() {
    }

    /**
     * Finishes them. Links are followed, as by {@link io.virtnbd.store.DirectoryStore}; what cannot be looked into is passed over.
     *
     * @return by the path of a directory relative to this one, why the change there is not finished; one that another run is just
     *         making among them
     */
    public static SortedMap<String, IOException> recover(Path tree, FileSteps steps) throws IOException {
        SortedMap<String, IOException> failures = new TreeMap<>();
        for (Path each : unfinished(tree)) {
            try {
                Path real = each.toRealPath();
                try (DirectoryClaim claim = DirectoryClaim.of(real)) {
                    new DirectoryChanges(real, steps).recover();
                }
                if (!each.equals(tree)) {
                    new DirectoryChanges(real, steps).removeIfEmpty(real);
                }
            } catch (IOException e) {
                failures.put(tree.relativize(each).toString().replace(tree.getFileSystem().getSeparator(), "/"), e);
            }
        }
        return failures;
    }

    private static List<Path> unfinished(Path tree) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(tree, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                if (DirectoryChanges.isUnfinished(directory)) {
                    found.add(directory);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) {
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }
}
