/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.source;

import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.chain.BackupCatalog;
import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.BackupSet;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainException;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.store.BackupStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Finds the backup set and the chains that a request means. */
public final class BackupSets {

    private BackupSets() {
    }

    /**
     * The set that a request means. A place that has streams itself is the set, whatever the domain is called; else it is
     * looked for below, by the domain and the chain.
     *
     * @throws ChainException if there is none, or nothing tells which of several it is
     */
    private static BackupDirectory set(BackupStore place, RequestOptions options) throws IOException {
        BackupStore store = BackupDirectory.existing(place);
        boolean itself = isSet(store);
        Optional<String> chain = options.chain(!itself);
        if (itself && chain.isEmpty()) {
            return BackupDirectory.read(store);
        }
        BackupCatalog catalog = BackupCatalog.read(store);
        Optional<BackupSet> own = catalog.sets().stream().filter(set -> set.path().isEmpty()).findFirst();
        if (own.isPresent() && chain.isPresent() && own.get().chains().contains(chain.get())) {
            return own.get().directory().ofChain(chain.get());
        }
        if (catalog.sets().isEmpty() && catalog.unreadable().isEmpty()) {
            return BackupDirectory.read(store); // says what it expects of one
        }
        return catalog.find(itself ? null : options.domainName().orElse(null), chain.orElse(null)).directory();
    }

    /** Where the set that a request means is, with all chains in it; nothing of it is read. */
    public static BackupStore place(BackupStore store, RequestOptions options) throws IOException {
        if (isSet(store)) {
            return store;
        }
        BackupCatalog catalog = BackupCatalog.read(store);
        boolean nothing = catalog.sets().isEmpty() && catalog.unreadable().isEmpty();
        return nothing ? store : catalog.find(options.domainName().orElse(null), options.chain(true).orElse(null)).store();
    }

    private static boolean isSet(BackupStore store) throws IOException {
        for (StoredFile file : store.files()) {
            if (BackupFileNames.parse(file.fileName()).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** The chains of the disk that a request names or, where it names none, of all disks. */
    public static ChainSelection select(BackupStore store, RequestOptions options) throws IOException {
        BackupDirectory set = set(store, options);
        return new ChainSelection(set, options.disk().isPresent() ? List.of(set.chain(options.disk().get(), options.until()))
                : set.chains(options.until()));
    }

    /** The chain of the disk that a request names or, where it names none, of the only disk there is. */
    public static ChainSelection selectOne(BackupStore store, RequestOptions options) throws IOException {
        BackupDirectory set = set(store, options);
        return new ChainSelection(set, List.of(set.chain(options.disk().orElse(null), options.until())));
    }

    /** The streams of a chain, in restore order. */
    public static List<StreamInput> inputs(Chain chain) {
        return chain.members().stream().map(member -> StreamInput.of(member.file())).toList();
    }
}
