/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.BackupStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The files of one directory of a store, as far as they are backups. Immutable; safe for use by several threads. */
public final class BackupSet {

    private final BackupStore store;
    private final String path;
    private final List<String> domains;
    private final List<String> chains;
    private final Optional<String> only;

    BackupSet(BackupStore store, String path, List<String> domains, List<String> chains, Optional<String> only) {
        this.store = store;
        this.path = path;
        this.domains = List.copyOf(domains);
        this.chains = List.copyOf(chains);
        this.only = only;
    }

    /** Where its files are. */
    public BackupStore store() {
        return store;
    }

    /** Relative to what the catalog was read from, with '/' between components; empty for that itself. */
    public String path() {
        return path;
    }

    /** The domain that its backups are of; empty where nothing tells, or not clearly. */
    public Optional<String> domain() {
        return domains.size() == 1 ? Optional.of(domains.get(0)) : Optional.empty();
    }

    /** All names of domains in it: several for one that was renamed. */
    public List<String> domains() {
        return domains;
    }

    /** The chain in it, by the checkpoint of its full or copy; empty where there is none or several. */
    public Optional<String> chain() {
        return only.isPresent() ? only : chains.size() == 1 ? Optional.of(chains.get(0)) : Optional.empty();
    }

    /** All chains in it, by the checkpoints of their fulls and copies. */
    public List<String> chains() {
        return chains;
    }

    /**
     * Reads it, as it is now. One that was found by its chain has only the streams of that one.
     *
     * @throws IOException as {@link BackupDirectory#read(BackupStore)}
     */
    public BackupDirectory directory() throws IOException {
        BackupDirectory directory = BackupDirectory.read(store);
        return only.isPresent() ? directory.ofChain(only.get()) : directory;
    }

    /** Whether its backups are of a domain: by its files or, where these do not tell, by a directory above. */
    boolean isOf(String domain) {
        return domains.isEmpty() ? List.of(path.split("/")).contains(domain) : domains.contains(domain);
    }

    /** What sets of one domain have in common. */
    String owner() {
        return domains.isEmpty() ? path.substring(0, Math.max(0, path.lastIndexOf('/'))) : String.join("/", domains);
    }

    /** By the checkpoint of its full or copy, or by the name of its directory. */
    boolean hasChain(String chain) {
        return chains.contains(chain) || path.substring(path.lastIndexOf('/') + 1).equals(chain);
    }

    /** The same with the streams of one of its chains only. */
    BackupSet ofChain(String chain) {
        return chains.size() == 1 || !chains.contains(chain) ? this
                : new BackupSet(store, path, domains, chains, Optional.of(chain));
    }

    /** For messages. */
    @Override
    public String toString() {
        return store.name() + " (" + (domains.isEmpty() ? "no known domain" : "domain " + String.join(", ", domains))
                + (chains.isEmpty() ? "" : ", chain " + String.join(", ", only.map(List::of).orElse(chains))) + ")";
    }
}
