/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.Level;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.chain.Sha256;
import io.virtnbd.chain.StreamFileName;
import io.virtnbd.engine.image.ChainImage;
import io.virtnbd.engine.image.ImageOptions;
import io.virtnbd.sparsestream.SparseStreamWriter;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.sparsestream.StreamMetadataBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.Adler32;

/** Disks of some blocks that are written to at random, and their backups in one directory: a chain as a domain makes it. */
public final class SyntheticSet {

    private static final int BLOCK = 4096;

    private final Path directory;
    private final String domain;
    private final Random random;
    private final boolean manifests;
    private final String chainId;
    private final Map<String, byte[]> disks = new TreeMap<>();
    /** Checkpoint of the last backup of a disk that others can build on. */
    private final Map<String, String> last = new TreeMap<>();
    private final Map<String, String> base = new TreeMap<>();
    /** What the disks were at each checkpoint, as far as they have a part in its backup. */
    private final Map<String, Map<String, byte[]>> points = new LinkedHashMap<>();

    /** @param manifests whether there are; the reference makes checksum files instead */
    public SyntheticSet(Path directory, String domain, Random random, boolean manifests, String chainId) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.domain = domain;
        this.random = random;
        this.manifests = manifests;
        this.chainId = chainId;
    }

    public Path directory() {
        return directory;
    }

    public Map<String, Map<String, byte[]>> points() {
        return points;
    }

    public void attach(String disk, int blocks) {
        byte[] content = new byte[blocks * BLOCK];
        disks.put(disk, content);
        write(disk, blocks / 2);
    }

    /** Writes to some blocks, zeroes too. */
    public void write(String disk, int writes) {
        write(disk, writes, true);
    }

    /** @param zeroes whether zeroes are written too */
    void write(String disk, int writes, boolean zeroes) {
        byte[] content = disks.get(disk);
        for (int i = 0; i < writes; i++) {
            int block = random.nextInt(content.length / BLOCK);
            byte[] data = new byte[BLOCK];
            if (!zeroes || random.nextInt(3) > 0) {
                random.nextBytes(data);
            }
            System.arraycopy(data, 0, content, block * BLOCK, BLOCK);
        }
    }

    /**
     * Backs up.
     *
     * @param number    of the checkpoint
     * @param committed whether the next increment builds on it
     */
    public String backup(Level level, int number, Collection<String> taking, LocalDateTime date, boolean committed)
            throws IOException {
        String checkpoint = "virtnbd." + number;
        List<ManifestEntry> entries = new ArrayList<>();
        Map<String, byte[]> content = new TreeMap<>();
        String parent = last.values().stream().max((a, b) -> number(a) - number(b)).orElse("");
        for (String disk : taking) {
            Level filed = level != Level.COPY && !last.containsKey(disk) ? Level.FULL : level;
            String on = filed.isBase() ? "" : filed == Level.DIFF ? base.get(disk) : last.get(disk);
            if (level == Level.DIFF && filed == Level.FULL) {
                continue;
            }
            byte[] before = filed.isBase() ? null : points.get(on).get(disk);
            int segments = filed.isBase() && random.nextInt(4) == 0 ? 2 : 1;
            for (int segment = 0; segment < segments; segment++) {
                entries.add(stream(disk, filed, checkpoint, on, date, before, segment, segments));
            }
            content.put(disk, disks.get(disk).clone());
        }
        if (content.isEmpty()) {
            return null;
        }
        if (manifests) {
            Path xml = directory.resolve(BackupFileNames.domainXml(checkpoint));
            Files.writeString(xml, "<domain type='kvm'><name>" + domain + "</name><memory>65536</memory>"
                    + "<os><type>hvm</type></os><devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
                    + "<source file='/images/vda.qcow2'/><target dev='vda' bus='virtio'/></disk></devices></domain>");
            entries.add(new ManifestEntry(xml.getFileName().toString(), Files.size(xml), Sha256.of(xml), "domainXml", null));
            Files.write(directory.resolve(BackupFileNames.manifest(domain, checkpoint)), new Manifest(domain, level.label(),
                    checkpoint, level.isBase() ? "" : parent, date.toString(), entries).toJson());
        }
        points.put(checkpoint, content);
        if (committed && (level == Level.FULL || level == Level.INC)) {
            content.keySet().forEach(disk -> {
                base.putIfAbsent(disk, checkpoint);
                last.put(disk, checkpoint);
            });
        }
        return checkpoint;
    }

    public static int number(String checkpoint) {
        return Integer.parseInt(checkpoint.substring(checkpoint.lastIndexOf('.') + 1));
    }

    private ManifestEntry stream(String disk, Level level, String checkpoint, String parent, LocalDateTime date, byte[] before,
            int segment, int segments) throws IOException {
        StreamFileName name = StreamFileName.of(disk, level, checkpoint, date.toEpochSecond(ZoneOffset.UTC));
        Path file = directory.resolve((segments > 1 ? name.segment(segment) : name).text());
        byte[] content = disks.get(disk);
        List<Integer> data = new ArrayList<>();
        List<Integer> zeroes = new ArrayList<>();
        int blocks = content.length / BLOCK;
        for (int block = blocks * segment / segments; block < blocks * (segment + 1) / segments; block++) {
            byte[] now = block(content, block);
            boolean clean = before != null && block * BLOCK < before.length && Arrays.equals(now, block(before, block));
            if (!clean) {
                (Arrays.equals(now, new byte[BLOCK]) ? zeroes : data).add(block);
            }
        }
        StreamMetadataBuilder metadata = StreamMetadata.builder().virtualSize(content.length)
                .dataSize((long) data.size() * BLOCK).date(date.toString()).diskName(disk).diskFormat("qcow2")
                .checkpointName(checkpoint).parentCheckpoint(parent).incremental(!level.isBase()).chainId(chainId);
        if (random.nextBoolean()) {
            metadata.compressed(1);
        }
        if (segments > 1) {
            metadata.segment(segment, segments);
        }
        try (OutputStream out = Files.newOutputStream(file); SparseStreamWriter writer = new SparseStreamWriter(out,
                metadata.build())) {
            for (int block = 0; block < blocks; block++) {
                if (data.contains(block)) {
                    writer.data((long) block * BLOCK, ByteBuffer.wrap(block(content, block)));
                } else if (zeroes.contains(block)) {
                    writer.zero((long) block * BLOCK, BLOCK);
                }
            }
            writer.stop();
        }
        if (!manifests) {
            Files.writeString(directory.resolve(file.getFileName() + ".chksum"), adler(file));
        }
        return new ManifestEntry(file.getFileName().toString(), Files.size(file), Sha256.of(file), "disk", disk);
    }

    private static String adler(Path file) throws IOException {
        Adler32 checksum = new Adler32();
        checksum.update(Files.readAllBytes(file));
        return Long.toString(checksum.getValue());
    }

    private static byte[] block(byte[] content, int block) {
        return Arrays.copyOfRange(content, block * BLOCK, (block + 1) * BLOCK);
    }

    /** What a chain gives. */
    public static byte[] read(Chain chain) throws IOException {
        try (ChainImage image = ChainImage.open(chain, ImageOptions.DEFAULT)) {
            ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(image.size()));
            image.read(0, content);
            return content.array();
        }
    }
}
