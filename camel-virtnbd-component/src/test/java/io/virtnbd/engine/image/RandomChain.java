/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.Until;
import io.virtnbd.sparsestream.FrameHeader;
import io.virtnbd.sparsestream.FrameKind;
import io.virtnbd.sparsestream.Lz4FrameEncoder;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.sparsestream.StreamMetadataBuilder;
import io.virtnbd.sparsestream.Trailer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.compressors.lz4.BlockLZ4CompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream.BlockSize;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream.Parameters;

/** A full and increments in a directory, whole or in segments, plain or compressed each, of a disk that may grow, at random. */
public final class RandomChain {

    private final Path directory;
    private final Random random;
    private byte[] content = new byte[0];
    private int backups;
    private int longest = 300_000;

    public RandomChain(Path directory, Random random) {
        this.directory = directory;
        this.random = random;
    }

    /** Bytes of a data or zero frame at most; 300,000 where nothing is said. */
    public RandomChain longestFrame(int bytes) {
        longest = bytes;
        return this;
    }

    /** A full of that many bytes and so many increments, each maybe of a larger disk. */
    public RandomChain make(int size, int increments) throws IOException {
        for (int i = 0; i <= increments; i++) {
            backup(i == 0 || random.nextInt(3) > 0 ? Math.max(size, content.length) : content.length + random.nextInt(size));
        }
        return this;
    }

    /** What the disk holds after the last backup. */
    public byte[] content() {
        return content;
    }

    public Chain chain() throws IOException {
        return BackupDirectory.read(directory).chain("vda", Until.NEWEST);
    }

    private void backup(int size) throws IOException {
        boolean full = backups == 0;
        content = Arrays.copyOf(content, size);
        List<int[]> ranges = new ArrayList<>();
        for (int at = full ? 0 : random.nextInt(size); at < size;) {
            int length = Math.min(size - at, 1 + random.nextInt(random.nextBoolean() ? 3000 : longest));
            ranges.add(new int[] {at, length});
            at += length + (full ? 0 : random.nextInt(200_000));
        }
        int segments = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0;
        boolean compressed = random.nextBoolean();
        int from = 0;
        for (int i = 0; i < Math.max(segments, 1); i++) {
            int to = i == segments - 1 || segments == 0 ? ranges.size() : from + random.nextInt(ranges.size() - from + 1);
            StreamMetadataBuilder metadata = StreamMetadata.builder().virtualSize(size).diskName("vda").diskFormat("raw")
                    .date("2026-01-02T03:04:05.00000" + backups).checkpointName("cp." + backups).incremental(!full)
                    .parentCheckpoint(full ? "" : "cp." + (backups - 1));
            String name = full ? "vda.full" : "vda.inc.cp." + backups;
            if (segments > 0) {
                metadata.segment(i, segments);
                name += String.format(".%05d", i);
            }
            Files.write(directory.resolve(name + ".data"), stream(metadata, ranges.subList(from, to), compressed));
            from = to;
        }
        backups++;
    }

    /** Bytes of which one part repeats what is up to 64 KiB before it. */
    private byte[] data(int length) {
        byte[] data = new byte[length];
        for (int at = 0; at < length;) {
            int count = Math.min(length - at, 1 + random.nextInt(4000));
            int back = Math.min(at, 1 + random.nextInt(65_535));
            if (back == 0 || random.nextInt(3) == 0) {
                byte[] fresh = new byte[count];
                random.nextBytes(fresh);
                System.arraycopy(fresh, 0, data, at, count);
            } else {
                for (int i = at; i < at + count; i++) {
                    data[i] = data[i - back];
                }
            }
            at += count;
        }
        return data;
    }

    private static byte[] independent(byte[] data) {
        ByteBuffer encoded = ByteBuffer.allocate(Lz4FrameEncoder.maxEncodedLength(data.length));
        new Lz4FrameEncoder(1).encode(ByteBuffer.wrap(data), encoded);
        return Arrays.copyOf(encoded.array(), encoded.position());
    }

    /** As virtnbdbackup does it. */
    private static byte[] linked(byte[] data) throws IOException {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        Parameters parameters = new Parameters(BlockSize.K64, true, true, true,
                BlockLZ4CompressorOutputStream.createParameterBuilder().tunedForSpeed().build());
        try (FramedLZ4CompressorOutputStream out = new FramedLZ4CompressorOutputStream(encoded, parameters)) {
            out.write(data);
        }
        return encoded.toByteArray();
    }

    private byte[] stream(StreamMetadataBuilder metadata, List<int[]> ranges, boolean compressed) throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        Trailer trailer = new Trailer();
        boolean linked = random.nextBoolean();
        long dataSize = 0;
        for (int[] range : ranges) {
            if (random.nextInt(3) == 0) {
                header(frames, FrameKind.ZERO, range[0], range[1]);
                Arrays.fill(content, range[0], range[0] + range[1], (byte) 0);
                continue;
            }
            byte[] data = data(range[1]);
            System.arraycopy(data, 0, content, range[0], data.length);
            dataSize += data.length;
            header(frames, FrameKind.DATA, range[0], range[1]);
            if (compressed) {
                byte[] encoded = linked ? linked(data) : independent(data);
                frames.writeBytes(encoded);
                trailer.add(data.length, encoded.length);
            } else {
                frames.writeBytes(data);
            }
            frames.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        header(frames, FrameKind.STOP, 0, 0);
        if (compressed) {
            metadata.compressed(1);
            trailer.encode().forEachRemaining(piece -> frames.write(piece.array(), 0, piece.remaining()));
        }
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        byte[] json = metadata.dataSize(dataSize).build().toJson();
        header(stream, FrameKind.META, 0, json.length);
        stream.writeBytes(json);
        stream.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        stream.writeBytes(frames.toByteArray());
        return stream.toByteArray();
    }

    private static void header(ByteArrayOutputStream target, FrameKind kind, long start, long length) {
        ByteBuffer header = ByteBuffer.allocate(FrameHeader.LENGTH);
        FrameHeader.encode(kind, start, length, header);
        target.writeBytes(header.array());
    }
}
