/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.scaleout;

import io.virtnbd.testing.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the file sink has made. */
record BackupStore(Path root) {

    private static final String INCOMPLETE = ".incomplete-";
    private static final Pattern CHECKPOINT = Pattern.compile("(?<![A-Za-z0-9])virtnbd\\.[0-9]+");

    /** Names of a domain's files, as {@code CHAIN/FILE}, sorted. */
    List<String> files(String domain) {
        Path directory = root.resolve(domain);
        try {
            return FileTree.files(directory).stream().map(file -> directory.relativize(file).toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those of a backup: of a chain's first one all in the directory without a checkpoint in their names. */
    List<String> files(String domain, String checkpoint) {
        return files(domain).stream().filter(file -> checkpoint(file).equals(checkpoint)).toList();
    }

    /** The checkpoint of the backup that a file is of; a differential's streams have none, and count as the full's. */
    static String checkpoint(String file) {
        Matcher name = CHECKPOINT.matcher(file.substring(file.indexOf('/') + 1));
        return name.find() ? name.group() : file.substring(0, file.indexOf('/'));
    }

    /** Whether a file has its final name. */
    static boolean isWhole(String file) {
        return !file.contains(INCOMPLETE);
    }

    /** The checkpoints that a domain's manifests are of. */
    List<String> manifests(String domain) {
        return files(domain).stream().filter(file -> isWhole(file) && file.endsWith(".json")
                && file.substring(file.indexOf('/') + 1).startsWith(domain + ".")).map(BackupStore::checkpoint).toList();
    }

    /** Directories of chains with at least one manifest. */
    List<Path> chains(String domain) {
        return files(domain).stream().filter(file -> isWhole(file) && file.endsWith(".json")
                && file.substring(file.indexOf('/') + 1).startsWith(domain + "."))
                .map(file -> root.resolve(domain).resolve(file.substring(0, file.indexOf('/')))).distinct().toList();
    }
}
