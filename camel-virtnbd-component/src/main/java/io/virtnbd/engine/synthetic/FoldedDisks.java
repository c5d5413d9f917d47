/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainMember;
import io.virtnbd.chain.Level;
import io.virtnbd.engine.backup.DiskBackup;
import io.virtnbd.engine.backup.DiskBackupOptions;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.engine.image.ChainExport;
import io.virtnbd.engine.image.ChainImage;
import io.virtnbd.engine.image.ImageOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.nbd.server.Export;
import io.virtnbd.nbd.server.NbdServer;
import io.virtnbd.nbd.server.NbdServerBuilder;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The content of chains, served over NBD on a private socket of this process: so that a folded disk is read, cut into segments and
 * compressed by what backs up any other disk.
 */
final class FoldedDisks implements Closeable {

    private final Path directory;
    private final Map<String, ChainImage> images = new LinkedHashMap<>();
    private final Map<String, DiskBackup> backups = new LinkedHashMap<>();
    private NbdServer server;

    private FoldedDisks(Path directory) {
        this.directory = directory;
    }

    static FoldedDisks open(Collection<Chain> chains) throws IOException {
        FoldedDisks disks = new FoldedDisks(Files.createTempDirectory("virtnbd-fold"));
        try {
            NbdServerBuilder builder = NbdServer.builder().unixSocket(disks.directory.resolve("s"));
            for (Chain chain : chains) {
                ChainImage image = ChainImage.open(chain, ImageOptions.DEFAULT);
                disks.images.put(chain.disk(), image);
                builder.export(chain.disk(), new ChainExport(image));
            }
            disks.server = builder.build().start();
            return disks;
        } catch (IOException | RuntimeException | Error e) {
            disks.closeAfter(e);
            throw e;
        }
    }

    /**
     * Plans the full of a folded disk.
     *
     * @param checkpoint that it stands for
     * @param date       of the backup that it is a part of
     * @param chainId    that its stream bears
     */
    DiskBackup full(Chain chain, String checkpoint, String date, String chainId, DiskReadOptions reading) throws IOException {
        StreamMetadata last = last(chain);
        DiskBackup backup = DiskBackup.open(new DiskBackupOptions(NbdUri.parse(server.uri(chain.disk())), chain.disk(),
                last.diskFormat().isEmpty() ? "qcow2" : last.diskFormat(), Level.FULL, Optional.empty(), checkpoint, "",
                date, chainId, reading));
        backups.put(chain.disk(), backup);
        return backup;
    }

    /** The content of a disk. */
    Export content(String disk) {
        return new ChainExport(images.get(disk));
    }

    static StreamMetadata last(Chain chain) {
        return chain.members().get(chain.members().size() - 1).metadata();
    }

    /** The id that the streams of a chain bear; empty where they bear none. */
    static String chainId(Chain chain) {
        return chain.members().stream().map(ChainMember::metadata).map(StreamMetadata::chainId).filter(id -> !id.isEmpty())
                .findFirst().orElse("");
    }

    private void closeAfter(Throwable failure) {
        try {
            close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public void close() throws IOException {
        for (DiskBackup backup : backups.values()) {
            backup.close();
        }
        if (server != null) {
            server.close();
        }
        for (ChainImage image : images.values()) {
            image.close();
        }
        Files.deleteIfExists(directory);
    }
}
