/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.BackupStore;
import io.virtnbd.store.Interruptions;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All backup sets in and below a place, as they were when it was read: the directories with at least one stream, by its name,
 * or one manifest. Immutable; safe for use by several threads.
 */
public final class BackupCatalog {

    private static final int MAX_LISTED = 10;

    private final BackupStore store;
    private final List<BackupSet> sets;
    private final SortedMap<String, IOException> unreadable;

    private BackupCatalog(BackupStore store, List<BackupSet> sets, SortedMap<String, IOException> unreadable) {
        this.store = store;
        this.sets = List.copyOf(sets);
        this.unreadable = Collections.unmodifiableSortedMap(unreadable);
    }

    /**
     * Lists a place and reads what tells of the sets which domain and which chain they are of: the metadata of fulls and
     * copies, and one manifest, or where there is none the domain XML.
     *
     * @throws IOException if it cannot be listed
     */
    public static BackupCatalog read(BackupStore store) throws IOException {
        SortedMap<String, IOException> unreadable = new TreeMap<>();
        SortedMap<String, List<StoredFile>> directories = new TreeMap<>();
        for (StoredFile file : store.tree(unreadable::put)) {
            directories.computeIfAbsent(parent(file.name()), directory -> new ArrayList<>()).add(file);
        }
        List<BackupSet> sets = new ArrayList<>();
        for (Map.Entry<String, List<StoredFile>> directory : directories.entrySet()) {
            try {
                BackupStore place = directory.getKey().isEmpty() ? store : store.directory(directory.getKey());
                new SetReader(place, directory.getKey(), directory.getValue()).read().ifPresent(sets::add);
            } catch (IOException e) {
                Interruptions.rethrow(e);
                unreadable.put(directory.getKey(), e);
            }
        }
        return new BackupCatalog(store, sets, unreadable);
    }

    private static String parent(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('/')));
    }

    /** In alphabetical order of their paths. */
    public List<BackupSet> sets() {
        return sets;
    }

    /** What could not be looked into, so that there may be backups, by the path relative to the store, and why. */
    public Map<String, IOException> unreadable() {
        return unreadable;
    }

    /**
     * The one set of a domain and chain.
     *
     * @param domain its name, from manifests or the domain XML or, where there are none, the name of a directory above; null
     *               for any
     * @param chain  checkpoint of its full or copy, or the name of its directory; null for the chain with the newest backup
     * @throws ChainException if there is none, several, or something unreadable where there could be others; lists the
     *                        candidates
     * @throws IOException    if what tells the newest cannot be read
     */
    public BackupSet find(String domain, String chain) throws IOException {
        String wanted = (domain == null ? "" : " of domain '" + domain + "'")
                + (chain == null ? "" : " of chain '" + chain + "'");
        List<BackupSet> of = sets.stream().filter(set -> domain == null || set.isOf(domain)).toList();
        List<BackupSet> found = of.stream().filter(set -> chain == null || set.hasChain(chain))
                .map(set -> chain == null ? set : set.ofChain(chain)).toList();
        requireReadable(domain, of, wanted);
        if (found.isEmpty()) {
            throw new ChainException(store.name() + ": expected a backup set" + wanted + ", found "
                    + (sets.isEmpty() ? "no backups" : describe(of.isEmpty() ? sets : of)));
        }
        if (found.size() == 1) {
            return found.get(0);
        }
        if (chain != null || found.stream().map(BackupSet::owner).distinct().count() > 1) {
            throw new ChainException(store.name() + ": expected one backup set" + wanted + ", found " + describe(found)
                    + "; name the domain or the chain");
        }
        return newest(found, wanted);
    }

    private BackupSet newest(List<BackupSet> found, String wanted) throws IOException {
        Map<BackupSet, BackupAge> ages = new LinkedHashMap<>();
        for (BackupSet set : found) {
            ages.put(set, SetReader.age(set));
        }
        for (BackupSet set : found) {
            boolean newest = found.stream()
                    .allMatch(other -> other == set || ages.get(set).compare(ages.get(other)).orElse(0) > 0);
            if (newest) {
                return set;
            }
        }
        throw new ChainException(store.name() + ": expected to tell which backup set" + wanted + " is the newest, found "
                + ages.entrySet().stream().map(each -> each.getKey() + " to " + each.getValue()).limit(MAX_LISTED)
                        .collect(Collectors.joining("; ")) + "; name the chain");
    }

    /** A newer chain could be there. Directories of others, such as lost+found, are of no concern. */
    private void requireReadable(String domain, Collection<BackupSet> of, String wanted) throws ChainException {
        for (Map.Entry<String, IOException> each : unreadable.entrySet()) {
            String path = each.getKey();
            boolean concerned = of.isEmpty() || List.of(path.split("/")).contains(domain)
                    || of.stream().map(set -> parent(set.path())).anyMatch(above -> !above.isEmpty()
                            && path.startsWith(above + "/"));
            if (concerned) {
                throw new ChainException(store.name() + ": expected to find a backup set" + wanted + ", found that " + path
                        + " cannot be read: " + each.getValue().getMessage(), each.getValue());
            }
        }
    }

    private static String describe(Collection<BackupSet> several) {
        return several.stream().limit(MAX_LISTED).map(BackupSet::toString).collect(Collectors.joining("; "))
                + (several.size() > MAX_LISTED ? "; and " + (several.size() - MAX_LISTED) + " more" : "");
    }
}
