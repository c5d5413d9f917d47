/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Lz4BlockDecoderTest {

    private static final LZ4SafeDecompressor PEER = LZ4Factory.fastestInstance().safeDecompressor();

    @Test
    void decodesWhatLz4JavaEncodes() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            byte[] bytes = Lz4Samples.mixed(1 + random.nextInt(100_000), seed);
            byte[] block = LZ4Factory.fastestInstance().fastCompressor().compress(bytes);
            byte[] target = new byte[bytes.length + 10];
            int decoded = Lz4BlockDecoder.decode(block, 0, block.length, target, 5, 5, bytes.length);

            assertThat(decoded).as("seed %d", seed).isEqualTo(bytes.length);
            assertThat(Arrays.equals(target, 5, 5 + decoded, bytes, 0, decoded)).as("seed %d", seed).isTrue();
            assertThat(Arrays.copyOf(target, 5)).as("bytes before").containsOnly(0);
        }
    }

    @Test
    void agreesWithLz4JavaOnDamagedBlocks() {
        int agreed = 0;
        for (long seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            byte[] bytes = Lz4Samples.mixed(1 + random.nextInt(2000), seed);
            byte[] block = LZ4Factory.fastestInstance().fastCompressor().compress(bytes);
            block[random.nextInt(block.length)] = (byte) random.nextInt();
            byte[] expected = tryPeer(block, bytes.length);
            // the peer also insists on how blocks must end, which matters only to who writes them
            if (expected != null && agrees(block, bytes.length, expected, seed)) {
                agreed++;
            }
        }
        assertThat(agreed).isGreaterThan(100);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "null", value = {
        "''", "10", "f0", "f0ff", "f0ffff", "2061", "106100", "1061 01", "10610000", "10610200", "1f610100", "1f6101 00ff",
        "10610100", "0001001061", "f000616263",
    })
    void refusesABlockThatIsNone(String hex) {
        byte[] block = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThatThrownBy(() -> Lz4BlockDecoder.decode(block, 0, block.length, new byte[100], 0, 0, 100))
                .isInstanceOf(LZ4Exception.class);
    }

    @Test
    void refusesMoreThanItsLimit() {
        byte[] zeroes = LZ4Factory.fastestInstance().fastCompressor().compress(new byte[1000]);
        for (int limit = 0; limit < 1000; limit++) {
            int most = limit;
            byte[] target = new byte[1000];
            Arrays.fill(target, (byte) 1);
            assertThatThrownBy(() -> Lz4BlockDecoder.decode(zeroes, 0, zeroes.length, target, 0, 0, most))
                    .isInstanceOf(LZ4Exception.class);
            assertThat(target[most]).as("the byte after a limit of %d", most).isEqualTo((byte) 1);
        }
        assertThat(Lz4BlockDecoder.decode(zeroes, 0, zeroes.length, new byte[1000], 0, 0, 1000)).isEqualTo(1000);
    }

    private static boolean agrees(byte[] block, int limit, byte[] expected, long seed) {
        byte[] target = new byte[limit];
        try {
            int decoded = Lz4BlockDecoder.decode(block, 0, block.length, target, 0, 0, limit);
            assertThat(Arrays.copyOf(target, decoded)).as("seed %d", seed).isEqualTo(expected);
            return true;
        } catch (LZ4Exception e) {
            // the peer takes this offset, which the specification forbids
            assertThat(e.getMessage()).as("seed %d", seed).contains("bytes 0 back");
            return false;
        }
    }

    private static byte[] tryPeer(byte[] block, int limit) {
        byte[] target = new byte[limit];
        try {
            int decoded = PEER.decompress(block, 0, block.length, target, 0, limit);
            return Arrays.copyOf(target, decoded);
        } catch (LZ4Exception e) {
            return null;
        }
    }
}
