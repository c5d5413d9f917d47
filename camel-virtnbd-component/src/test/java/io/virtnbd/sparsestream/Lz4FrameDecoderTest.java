/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream.BlockSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class Lz4FrameDecoderTest {

    private static final byte[] EIGHT = "abcdefgh".getBytes();

    static List<Arguments> matrix() {
        List<Arguments> cases = new ArrayList<>();
        for (BlockSize size : List.of(BlockSize.K64, BlockSize.K256, BlockSize.M1)) {
            for (int flags = 0; flags < 8; flags++) {
                boolean linked = (flags & 1) != 0;
                if (!linked || size == BlockSize.K64) {
                    cases.add(Arguments.of(size, linked, (flags & 2) != 0, (flags & 4) != 0));
                }
            }
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void decodesWhatCommonsCompressEncodes(BlockSize size, boolean linked, boolean block, boolean content) throws IOException {
        byte[] bytes = Lz4Samples.mixed(size == BlockSize.K64 ? 250_001 : 600_001, size.ordinal());
        byte[] frame = Lz4Samples.frame(bytes, size, linked, block, content);

        assertSame(Lz4Samples.decode(bytes.length, frame), bytes);
    }

    @ParameterizedTest
    @EnumSource(names = {"K256", "M1"})
    void decodesLargeLinkedBlocksAsCommonsCompressDecodesThem(BlockSize size) throws IOException {
        byte[] bytes = Lz4Samples.mixed(size == BlockSize.K256 ? 700_001 : 1_400_001, 14);
        // commons-compress encodes the second and later ones wrongly, but all decoders agree on what it encoded
        byte[] frame = Lz4Samples.frame(bytes, size, true, true, false);

        assertSame(Lz4Samples.decode(bytes.length, frame), Lz4Samples.decodedByCommonsCompress(frame));
    }

    @Test
    void decodesWhatLz4JavaEncodes() throws IOException {
        byte[] bytes = Lz4Samples.mixed(500_000, 5);
        for (LZ4FrameOutputStream.BLOCKSIZE size : LZ4FrameOutputStream.BLOCKSIZE.values()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (LZ4FrameOutputStream lz4 = new LZ4FrameOutputStream(out, size, bytes.length, FLG.Bits.BLOCK_INDEPENDENCE,
                    FLG.Bits.CONTENT_CHECKSUM, FLG.Bits.CONTENT_SIZE)) {
                lz4.write(bytes);
            }
            assertThat(Lz4Samples.decode(bytes.length, out.toByteArray())).as("blocks of %s", size).isEqualTo(bytes);
        }
    }

    @Test
    void decodesFramesThatFollowOneAnother() throws IOException {
        byte[] bytes = Lz4Samples.mixed(300_000, 6);
        byte[] first = Lz4Samples.frame(Arrays.copyOf(bytes, 100_000), BlockSize.M4, true, true, true);
        byte[] second = Lz4Samples.frame(Arrays.copyOfRange(bytes, 100_000, 100_001), BlockSize.K64, true, false, false);
        byte[] third = Lz4Samples.encode(new Lz4FrameEncoder(0), Arrays.copyOfRange(bytes, 100_001, 300_000));

        assertThat(Lz4Samples.decode(bytes.length, first, second, third)).isEqualTo(bytes);
    }

    @Test
    void findsMatchesInTheBlocksBefore() throws IOException {
        // stored "abcdefgh"; then a match of 4 bytes 8 back, "!"; then 5 back, "?"
        byte[] frame = frame(0x40, stored(EIGHT), block("00 0800 10 21"), block("00 0500 10 3f"));

        assertThat(new String(Lz4Samples.decode(18, frame))).isEqualTo("abcdefghabcd!abcd?");
    }

    @Test
    void refusesAMatchThatReachesBeforeItsFrame() throws IOException {
        byte[] other = frame(0x40, stored(EIGHT));
        refuses(21, "match of 4 bytes 9 back", other, frame(0x40, stored(EIGHT), block("00 0900 10 21")));
        refuses(21, "match of 4 bytes 0 back", other, frame(0x40, stored(EIGHT), block("00 0000 10 21")));
        refuses(5, "match", frame(0x40, block("00 0100 10 21")));
    }

    @Test
    void refusesAMatchBetweenIndependentBlocks() {
        refuses(13, "LZ4 block", frame(0x60, stored(EIGHT), block("00 0800 10 21")));
    }

    @Test
    void reaches65535BytesBackAndNoFurther() throws IOException {
        byte[] history = Lz4Samples.mixed(65536, 9);
        // long enough for the block to be decoded by the native decompressor
        byte[] noise = Lz4Samples.mixed(5000, 10);
        for (int offset : new int[] {65535, 65534, 4, 1}) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(0x00);
            out.write(offset);
            out.write(offset >>> 8);
            out.write(0xf0);
            for (int rest = noise.length - 15; rest >= 0; rest -= 255) {
                out.write(Math.min(rest, 255));
            }
            out.writeBytes(noise);
            byte[] decoded = Lz4Samples.decode(65536 + 4 + 5000, frame(0x40, stored(history), compressed(out.toByteArray())));
            byte[] expected = Arrays.copyOf(history, 65536 + 4 + 5000);
            for (int i = 0; i < 4; i++) {
                expected[65536 + i] = expected[65536 + i - offset];
            }
            System.arraycopy(noise, 0, expected, 65540, 5000);
            assertThat(decoded).as("offset %d", offset).isEqualTo(expected);
        }
    }

    @Test
    void refusesAFlipOfEachByteOfAFrame() throws IOException {
        byte[] bytes = Lz4Samples.mixed(500, 11);
        for (boolean linked : new boolean[] {true, false}) {
            byte[] frame = Lz4Samples.frame(bytes, BlockSize.K64, linked, true, true);
            for (int i = 0; i < frame.length; i++) {
                for (int bit = 0; bit < 8; bit++) {
                    byte[] flipped = frame.clone();
                    flipped[i] ^= (byte) (1 << bit);
                    assertThatThrownBy(() -> Lz4Samples.decode(bytes.length, flipped)).as("bit %d of byte %d", bit, i)
                            .isInstanceOf(MalformedStreamException.class);
                }
            }
        }
    }

    @Test
    void neverGivesMoreThanTheDataFrameHas() throws IOException {
        byte[] zeroes = Lz4Samples.encode(new Lz4FrameEncoder(0), new byte[1 << 20]);
        refuses((1 << 20) - 1, "content size: expected 1 to the data frame's length of 1048575, found 1048576", zeroes);
        byte[] unsized = Lz4Samples.frame(new byte[1 << 20], BlockSize.K64, true, true, true);
        refuses((1 << 20) - 1, "decodes to at most 65535 bytes", unsized);
        refuses(100, "decodes to at most 100 bytes", unsized);
        refuses((2 << 20) - 1, "decodes to at most 65535 bytes", unsized, unsized);
        refuses((2 << 20) - 1, "expected at most 1048575 more bytes of the data frame, found 1048576", unsized, zeroes);
        refuses(1 << 20, "found another LZ4 frame", unsized, unsized);
        refuses(7, "stored block of 8 bytes", frame(0x60, stored(EIGHT)));
        refuses(7, "stored block of 8 bytes", frame(0x40, stored(EIGHT)));
    }

    @Test
    void refusesLessThanTheDataFrameHas() throws IOException {
        byte[] frame = Lz4Samples.encode(new Lz4FrameEncoder(0), new byte[1000]);
        refuses(1001, "LZ4 payload: expected 1001 bytes, found 1000", frame);
    }

    @Test
    void refusesAContentSizeThatIsNotKept() {
        refuses(16, "content size: expected 9 bytes, found 8", sizedFrame(9, stored(EIGHT)), frame(0x40, stored(EIGHT)));
        refuses(16, "decodes to at most 7 bytes", sizedFrame(7, stored(EIGHT)), frame(0x40, stored(EIGHT)));
        refuses(8, "found 0", sizedFrame(0, stored(EIGHT)));
        refuses(8, "found 18446744073709551615", sizedFrame(-1, stored(EIGHT)));
    }

    @Test
    void refusesWhatIsNoLz4Frame() throws IOException {
        refuses(8, "magic number: expected 0x184d2204, found 0x184d2a53, a skippable frame",
                HexFormat.of().parseHex("532a4d180000000000000000"));
        refuses(8, "magic number", new byte[20]);
        refuses(8, "magic number: expected 0x184d2204, found 0x184c2102", HexFormat.of().parseHex("02214c18aabbccdd"));
        refuses(8, "magic number", frame(0x40, stored(EIGHT)), new byte[9]);
        refuses(8, "expected at least one LZ4 frame, found CR LF");
        refuses(8, "flags", frame(0x41, stored(EIGHT)));
        refuses(8, "flags", frame(0x42, stored(EIGHT)));
        refuses(8, "flags", frame(0x80, stored(EIGHT)));
        refuses(8, "flags", frame(0x00, stored(EIGHT)));
        for (int descriptor : new int[] {0x30, 0x00, 0xc0, 0x41, 0x48}) {
            refuses(8, "block descriptor", frame(0x40, descriptor, stored(EIGHT)));
        }
    }

    @Test
    void refusesFramesAndBlocksThatHoldNothing() {
        refuses(8, "expected at least one block", frame(0x40));
        refuses(9, "expected at least one block", frame(0x40, stored(EIGHT)), frame(0x40));
        refuses(8, "LZ4 block size: expected 1 to 65536, found 0", frame(0x40, HexFormat.of().parseHex("00000080")));
        refuses(8, "at least one decoded byte", frame(0x40, block("00")));
    }

    @Test
    void refusesABlockLongerThanItsFrameAllows() {
        refuses(1 << 20, "LZ4 block size: expected 1 to 65536, found 65537", frame(0x40, stored(new byte[65537])));
        refuses(1 << 20, "LZ4 block size: expected 1 to 65536, found 2147483647",
                frame(0x40, HexFormat.of().parseHex("ffffffff")));
    }

    @Test
    void namesTheOffsetOfTheWrongChecksum() throws IOException {
        byte[] bytes = Lz4Samples.mixed(100_000, 12);
        byte[] frame = Lz4Samples.frame(bytes, BlockSize.K64, true, true, true);
        frame[frame.length - 1] ^= 1;
        int start = StreamBytes.lz4(bytes.length, bytes.length).length() + FrameHeader.LENGTH;

        assertThatThrownBy(() -> Lz4Samples.decode(bytes.length, frame)).hasMessageContaining("LZ4 content checksum: expected")
                .asInstanceOf(type(MalformedStreamException.class))
                .satisfies(e -> assertThat(e.offset()).isEqualTo(start + frame.length - 8));
        frame[frame.length - 9] ^= 1;
        assertThatThrownBy(() -> Lz4Samples.decode(bytes.length, frame)).hasMessageContaining("LZ4 block checksum: expected");
    }

    @Test
    void refusesPiecesOutOfOrder() throws IOException {
        Lz4FrameDecoder decoder = new Lz4FrameDecoder();
        decoder.begin(new DataFrame(0, 8));
        Lz4FrameStart start = new Lz4FrameStart(0, true, false, false, 65536, OptionalLong.empty());
        Lz4Block block = new Lz4Block(7, false, ByteBuffer.wrap(EIGHT), OptionalInt.empty());
        Lz4FrameEnd end = new Lz4FrameEnd(19, OptionalInt.empty(), 23);

        assertThatThrownBy(() -> decoder.decode(block)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> decoder.decode(end)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(decoder::finish).isInstanceOf(MalformedStreamException.class);
        assertThat(decoder.decode(start).remaining()).isZero();
        assertThatThrownBy(() -> decoder.decode(start)).isInstanceOf(IllegalArgumentException.class);
        assertThat(decoder.remaining()).isEqualTo(8);
        assertThat(decoder.decode(block)).isEqualTo(ByteBuffer.wrap(EIGHT));
        assertThatThrownBy(decoder::finish).as("within an LZ4 frame").isInstanceOf(MalformedStreamException.class);
        decoder.decode(end);
        decoder.finish();
    }

    @Test
    void forgetsAnAbandonedPayload() throws IOException {
        byte[] bytes = Lz4Samples.mixed(200_000, 13);
        byte[] frame = Lz4Samples.frame(bytes, BlockSize.K64, true, true, true);
        SparseStreamReader reader = StreamBytes.lz4(400_000, 400_000).data(0, 200_000, frame).data(200_000, 200_000, frame)
                .open();
        Lz4FrameDecoder decoder = new Lz4FrameDecoder();
        ByteBuffer target = ByteBuffer.allocateDirect(64 << 10);
        decoder.begin((DataFrame) reader.next());
        decoder.decode(reader.nextLz4Element(target.clear()));
        decoder.decode(reader.nextLz4Element(target.clear()));
        decoder.begin((DataFrame) reader.next());
        ByteBuffer found = ByteBuffer.allocate(200_000);
        for (Lz4Element e = reader.nextLz4Element(target.clear()); e != null; e = reader.nextLz4Element(target.clear())) {
            found.put(decoder.decode(e));
        }
        decoder.finish();

        assertThat(found.array()).isEqualTo(bytes);
    }

    @Test
    void endsInAnErrorOrTheSameBytesWhateverIsWrong() throws IOException {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] bytes = Lz4Samples.mixed(1 + random.nextInt(20_000), seed);
            // without checksums, so that damage reaches the block decoders
            byte[] frame = Lz4Samples.frame(bytes, BlockSize.K64, random.nextBoolean(), false, false);
            for (int i = random.nextInt(4); i >= 0; i--) {
                frame[7 + random.nextInt(frame.length - 7)] = (byte) random.nextInt();
            }
            try {
                assertThat(Lz4Samples.decode(bytes.length, frame)).as("seed %d", seed).hasSize(bytes.length);
            } catch (MalformedStreamException e) {
                assertThat(e.offset()).as("seed %d", seed).isNotNegative();
            }
        }
    }

    private static void assertSame(byte[] found, byte[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        assertThat(Arrays.mismatch(found, expected)).as("first difference").isEqualTo(-1);
    }

    private static void refuses(long length, String message, byte[]... frames) {
        assertThatThrownBy(() -> Lz4Samples.decode(length, frames)).isInstanceOf(MalformedStreamException.class)
                .hasMessageContaining(message);
    }

    private static byte[] frame(int flags, byte[]... blocks) {
        return frame(flags, 0x40, blocks);
    }

    private static byte[] frame(int flags, int descriptor, byte[]... blocks) {
        return frame(new byte[] {(byte) flags, (byte) descriptor}, blocks);
    }

    private static byte[] sizedFrame(long size, byte[]... blocks) {
        byte[] descriptor = new byte[10];
        descriptor[0] = 0x48;
        descriptor[1] = 0x40;
        for (int i = 0; i < 8; i++) {
            descriptor[2 + i] = (byte) (size >>> 8 * i);
        }
        return frame(descriptor, blocks);
    }

    private static byte[] frame(byte[] descriptor, byte[]... blocks) {
        StreamBytes frame = new StreamBytes().raw(HexFormat.of().parseHex("04224d18")).raw(descriptor)
                .raw(new byte[] {Lz4Format.headerChecksum(ByteBuffer.wrap(descriptor), 0, descriptor.length)});
        for (byte[] block : blocks) {
            frame.raw(block);
        }
        return frame.raw(new byte[4]).toBytes();
    }

    private static byte[] stored(byte[] content) {
        return sized(content, content.length | 0x8000_0000);
    }

    private static byte[] compressed(byte[] content) {
        return sized(content, content.length);
    }

    private static byte[] block(String hex) {
        return compressed(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private static byte[] sized(byte[] content, int size) {
        ByteBuffer field = ByteBuffer.allocate(4);
        Lz4Format.putInt(field, 0, size);
        return new StreamBytes().raw(field.array()).raw(content).toBytes();
    }
}
