/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.BackupStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * A store with one file whose SHA-256 is known: who reads that to its end gets an error in place of the end, if it is another.
 * The file is none of this machine's, so that nobody reads past this.
 */
final class CheckedStore implements BackupStore {

    private final BackupStore store;
    private final String checked;
    private final String sha256;

    private CheckedStore(BackupStore store, String checked, String sha256) {
        this.store = store;
        this.checked = checked;
        this.sha256 = sha256;
    }

    /** The same file, which is checked as it is read. */
    static StoredFile file(StoredFile file, String sha256) {
        return new StoredFile(new CheckedStore(file.store(), file.name(), sha256), file.name(), file.bytes());
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public List<StoredFile> files() throws IOException {
        return store.files();
    }

    @Override
    public List<StoredFile> tree() throws IOException {
        return store.tree();
    }

    @Override
    public BackupStore directory(String directory) {
        return store.directory(directory);
    }

    @Override
    public InputStream open(String file) throws IOException {
        return file.equals(checked) ? new CheckedStream(store.open(file), file) : store.open(file);
    }

    @Override
    public void read(String file, long offset, ByteBuffer target) throws IOException {
        store.read(file, offset, target);
    }

    @Override
    public boolean seekable() {
        return store.seekable();
    }

    @Override
    public void delete(String file) throws IOException {
        store.delete(file);
    }

    /** Skipping reads, too. */
    private final class CheckedStream extends InputStream {

        private final InputStream in;
        private final String file;
        private final MessageDigest digest = Sha256.digest();
        private boolean checked;

        CheckedStream(InputStream in, String file) {
            this.in = in;
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = in.read(target, offset, length);
            if (count >= 0) {
                digest.update(target, offset, count);
            } else if (!checked) {
                checked = true;
                check();
            }
            return count;
        }

        private void check() throws ChainException {
            try {
                Sha256.require(sha256, HexFormat.of().formatHex(digest.digest()));
            } catch (ChainException e) {
                throw new ChainException(file + ": " + e.getMessage(), e);
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
