/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.store;

import io.virtnbd.store.BackupStore;
import io.virtnbd.store.StoredFile;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.camel.CamelContext;

/**
 * Files that a Camel endpoint lists, reads and deletes. What is in it is asked for once, so that a request sees one state; a place
 * below it knows what is known of the whole. The endpoint is sent exchanges as the component's documentation says. Safe for use by
 * several threads.
 */
public final class EndpointStore implements BackupStore {
    private final StoreRequest endpoint;
    /** Empty, or with a slash at its end. */
    private final String prefix;
    private final EndpointStore parent;
    private StoreListing listing;

    /** @param uri endpoint, for which the context makes a producer that ends with the context */
    public EndpointStore(CamelContext context, String uri) {
        this(new StoreRequest(context, uri), "", null);
    }

    EndpointStore(StoreRequest endpoint) {
        this(endpoint, "", null);
    }

    private EndpointStore(StoreRequest endpoint, String prefix, EndpointStore parent) {
        this.endpoint = endpoint;
        this.prefix = prefix;
        this.parent = parent;
    }

    @Override
    public String name() {
        return prefix.isEmpty() ? endpoint.store() : endpoint.store() + "/" + prefix.substring(0, prefix.length() - 1);
    }

    @Override
    public List<StoredFile> files() throws IOException {
        return tree().stream().filter(file -> file.name().indexOf('/') < 0).toList();
    }

    @Override
    public List<StoredFile> tree() throws IOException {
        return listing().below(prefix).stream()
                .map(file -> new StoredFile(this, file.name().substring(prefix.length()), file.bytes())).toList();
    }

    @Override
    public boolean seekable() {
        try {
            return listing().seekable();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private StoreListing listing() throws IOException {
        StoreListing known = known();
        return known == null ? list() : known;
    }

    private synchronized StoreListing list() throws IOException {
        if (listing == null) {
            listing = endpoint.list(prefix);
        }
        return listing;
    }

    /** What it or a place that it is in has listed, or null. */
    private StoreListing known() {
        synchronized (this) {
            if (listing != null) {
                return listing;
            }
        }
        return parent == null ? null : parent.known();
    }

    @Override
    public BackupStore directory(String directory) {
        String below = directory.endsWith("/") ? directory : directory + "/";
        return directory.isEmpty() ? this : new EndpointStore(endpoint, prefix + below, this);
    }

    @Override
    public InputStream open(String file) throws IOException {
        StoreFile found = file(file);
        StoreListing known = known();
        return new StoreReading(endpoint, found, known != null && known.seekable());
    }

    @Override
    public void read(String file, long offset, ByteBuffer target) throws IOException {
        StoreFile found = file(file);
        if (!seekable()) {
            throw new UnsupportedOperationException(name() + ": files can be read from their start only");
        }
        int length = target.remaining();
        if (found.bytes() != StoreFile.UNKNOWN && offset + length > found.bytes()) {
            throw new EOFException(name() + "/" + file + ": expected at least " + (offset + length) + " bytes, found "
                    + found.bytes());
        }
        if (length > 0) {
            byte[] bytes;
            try (InputStream part = new StoreReading(endpoint, found, offset, length)) {
                bytes = part.readAllBytes();
            }
            target.put(bytes);
        }
    }

    @Override
    public void delete(String file) throws IOException {
        StoreFile found = file(file);
        endpoint.delete(found.name());
        forget(found.name());
    }

    /** What is known of a file; nothing is asked for. */
    private StoreFile file(String file) throws StoreException {
        StoreNames.check(file, name());
        StoreListing known = known();
        StoreFile unlisted = StoreFile.unlisted(prefix + file);
        return known == null ? unlisted : known.files().getOrDefault(prefix + file, unlisted);
    }

    private void forget(String file) {
        synchronized (this) {
            if (listing != null) {
                listing.remove(file);
            }
        }
        if (parent != null) {
            parent.forget(file);
        }
    }
}
