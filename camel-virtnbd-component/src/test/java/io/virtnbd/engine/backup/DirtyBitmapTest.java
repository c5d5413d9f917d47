/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.Level;
import io.virtnbd.extent.ExtentMap;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.nbd.client.NbdClient;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.client.Peer;
import io.virtnbd.nbd.client.ScriptedServer;
import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.OptionType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class DirtyBitmapTest {

    private static final String BITMAP = "qemu:dirty-bitmap:changes";
    private static final int BLOCK = 512;
    private static final int ZERO = 3;
    private static final int DIRTY = 1;

    /** Serves the extents of two contexts, each of which gives lengths and flags by turns. */
    private static void serve(Peer peer, List<String> contexts, int[]... extents) throws Exception {
        peer.greet(Peer.FIXED);
        peer.expectOption(OptionType.STRUCTURED_REPLY);
        peer.ack(OptionType.STRUCTURED_REPLY);
        ByteBuffer wanted = peer.expectOption(OptionType.SET_META_CONTEXT).data();
        Peer.string(wanted);
        List<String> asked = new ArrayList<>();
        for (int count = wanted.getInt(); count > 0; count--) {
            asked.add(Peer.string(wanted));
        }
        assertThat(asked).containsExactly("base:allocation", BITMAP);
        for (int i = 0; i < contexts.size(); i++) {
            peer.metaContext(Peer.FIRST_CONTEXT_ID + i, contexts.get(i));
        }
        peer.ack(OptionType.SET_META_CONTEXT);
        peer.readOption();
        peer.infoBlockSize(BLOCK, 65536, 1 << 25);
        peer.infoExport(size(extents[0]), Peer.ALL_FLAGS);
        peer.ack(OptionType.GO);
        Peer.Request request;
        while ((request = peer.readRequest()).type() == CommandType.BLOCK_STATUS) {
            for (int i = 0; i < contexts.size(); i++) {
                peer.status(request.cookie(), i == contexts.size() - 1 ? Peer.DONE : 0, Peer.FIRST_CONTEXT_ID + i, extents[i]);
            }
        }
    }

    private static int size(int[] extents) {
        int size = 0;
        for (int i = 0; i < extents.length; i += 2) {
            size += extents[i];
        }
        return size;
    }

    /** One line for each extent. */
    private static List<String> plan(List<String> contexts, int[]... extents) throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> serve(peer, contexts, extents));
                NbdClient client = NbdClient.connect(server.uri(),
                        NbdClientOptions.builder().metaContexts(List.of("base:allocation", BITMAP)).build())) {
            ExtentMap map = ExtentPlanner.plan(client, Optional.of(BITMAP), "disk vda");
            List<String> lines = new ArrayList<>();
            map.forEach(extent -> lines.add(extent.offset() / BLOCK + "+" + extent.length() / BLOCK + " " + extent.type()));
            return lines;
        }
    }

    private static int[] blocks(int... lengthsAndFlags) {
        int[] bytes = lengthsAndFlags.clone();
        for (int i = 0; i < bytes.length; i += 2) {
            bytes[i] *= BLOCK;
        }
        return bytes;
    }

    private static List<String> plan(int[] allocation, int[] dirty) throws Exception {
        return plan(List.of("base:allocation", BITMAP), allocation, dirty);
    }

    @Test
    void whatIsDirtyIsDataOrZeroAndTheRestIsUnchanged() throws Exception {
        assertThat(plan(blocks(10, 0, 10, ZERO, 10, 0), blocks(5, DIRTY, 10, 0, 10, DIRTY, 5, 0)))
                .containsExactly("0+5 DATA", "5+10 UNCHANGED", "15+5 ZERO", "20+5 DATA", "25+5 UNCHANGED");
    }

    @Test
    void aDiskWithoutChangesHasNothing() throws Exception {
        assertThat(plan(blocks(10, 0, 10, ZERO), blocks(20, 0))).containsExactly("0+20 UNCHANGED");
    }

    @Test
    void theOrderOfTheContextsIsTheServers() throws Exception {
        assertThat(plan(List.of(BITMAP, "base:allocation"), blocks(10, DIRTY, 10, 0), blocks(5, ZERO, 15, 0)))
                .containsExactly("0+5 ZERO", "5+5 DATA", "10+10 UNCHANGED");
    }

    @Test
    void withoutAllocationAllThatIsDirtyIsData() throws Exception {
        assertThat(plan(List.of(BITMAP), blocks(10, DIRTY, 10, 0))).containsExactly("0+10 DATA", "10+10 UNCHANGED");
    }

    /** What is changed in a block is read with the whole block: never less than what is dirty, never a part of a block. */
    @Test
    void bordersWithinABlockAreInFavourOfData() throws Exception {
        assertThat(plan(new int[] {20 * BLOCK, 0},
                new int[] {5 * BLOCK + 100, 0, 50, DIRTY, 5 * BLOCK - 150, 0, 10 * BLOCK, 0}))
                .containsExactly("0+5 UNCHANGED", "5+1 DATA", "6+14 UNCHANGED");
        assertThat(plan(new int[] {5 * BLOCK + 1, ZERO, 5 * BLOCK - 1, 0}, new int[] {10 * BLOCK, DIRTY}))
                .containsExactly("0+5 ZERO", "5+5 DATA");
    }

    @ParameterizedTest
    @CsvSource({"1, 512", "2, 512", "3, 512", "4, 1", "5, 1", "6, 1"})
    void randomExtentsGiveWhatTheirBytesSay(long seed, int unit) throws Exception {
        Random random = new Random(seed);
        int size = 200 * BLOCK;
        int[][] flags = new int[2][size];
        int[][] extents = new int[2][];
        for (int context = 0; context < 2; context++) {
            List<Integer> drawn = new ArrayList<>();
            for (int at = 0; at < size;) {
                int length = Math.min(size - at, unit * (1 + random.nextInt(4 * BLOCK / unit)));
                int flag = random.nextBoolean() ? 0 : context == 0 ? ZERO : DIRTY;
                drawn.addAll(List.of(length, flag));
                Arrays.fill(flags[context], at, at + length, flag);
                at += length;
            }
            extents[context] = drawn.stream().mapToInt(Integer::intValue).toArray();
        }
        String[] planned = new String[200];
        for (String line : plan(extents[0], extents[1])) {
            String[] parts = line.split("[+ ]");
            Arrays.fill(planned, Integer.parseInt(parts[0]), Integer.parseInt(parts[0]) + Integer.parseInt(parts[1]), parts[2]);
        }
        for (int block = 0; block < 200; block++) {
            boolean clean = true;
            boolean zero = true;
            for (int at = block * BLOCK; at < (block + 1) * BLOCK; at++) {
                clean &= flags[1][at] == 0;
                zero &= flags[1][at] == DIRTY && flags[0][at] == ZERO;
            }
            String exact = (clean ? ExtentType.UNCHANGED : zero ? ExtentType.ZERO : ExtentType.DATA).name();
            assertThat(planned[block]).as("block %d", block)
                    .isIn(unit == BLOCK ? List.of(exact) : List.of(exact, ExtentType.DATA.name()));
        }
    }

    @Test
    void anExportWithoutTheBitmapIsRefusedAndNotReadAsIfNothingHadChanged() throws Exception {
        assertThatThrownBy(() -> plan(List.of("base:allocation"), blocks(10, 0))).isInstanceOf(DiskBackupException.class)
                .hasMessageContainingAll("disk vda", BITMAP, "base:allocation");
        assertThatThrownBy(() -> plan(List.of(), blocks(10, 0))).isInstanceOf(DiskBackupException.class);
    }

    @Test
    void dirtyZeroesAreZeroFramesOfTheStream() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> serve(peer, List.of("base:allocation", BITMAP),
                blocks(128, ZERO, 128, ZERO), blocks(100, 0, 56, DIRTY, 100, 0)));
                DiskBackup backup = DiskBackup.open(new DiskBackupOptions(server.uri(), "vda", "qcow2", Level.INC,
                        Optional.of(BITMAP), "p.1", "p.0", BackupDate.now(), "chain", DiskReadOptions.defaults()))) {
            assertThat(backup.metadata().chainId()).isEqualTo("chain");
            assertThat(backup.metadata().dataSize()).isZero();
            assertThat(backup.metadata().virtualSize()).isEqualTo(256 * BLOCK);
            List<String> frames = new ArrayList<>();
            try (FrameIterator iterator = backup.frames()) {
                iterator.forEachRemaining(frame -> frames.add(frame.frame().toString()));
            }
            assertThat(frames).hasSize(3);
            assertThat(frames.get(1)).contains("ZeroFrame", String.valueOf(100 * BLOCK), String.valueOf(56 * BLOCK));
        }
    }
}
