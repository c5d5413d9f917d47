/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LZ4 frames of liblz4, through the Python package that the reference uses and that is installed with it. */
@RequiresTools("virtnbdrestore")
class Lz4PeerIT {

    private static final String PYTHON = "/usr/bin/python3";

    private static final String COMPRESS = """
            import lz4.frame, sys
            content = open(sys.argv[1], 'rb').read()
            for size in (4, 5, 6, 7):
                for linked in (True, False):
                    for sums in (True, False):
                        for level in (0, 9):
                            frame = lz4.frame.compress(content, compression_level=level, block_size=size, block_linked=linked,
                                content_checksum=sums, block_checksum=sums, store_size=sums)
                            open('%s.%d-%s-%s-%d.lz4' % (sys.argv[1], size, linked, sums, level), 'wb').write(frame)
            """;

    /** In pieces of odd sizes that are flushed, so that linked blocks are short and the history is not full. */
    private static final String COMPRESS_IN_PIECES = """
            import lz4.frame, sys
            content = open(sys.argv[1], 'rb').read()
            lz4c = lz4.frame.LZ4FrameCompressor(block_size=4, block_linked=True, block_checksum=True, content_checksum=True,
                auto_flush=True)
            frame, at, size = lz4c.begin(), 0, 1
            while at < len(content):
                frame += lz4c.compress(content[at:at + size])
                at, size = at + size, size * 5 % 70001
            open(sys.argv[1] + '.pieces.lz4', 'wb').write(frame + lz4c.flush())
            """;

    private static final String DECOMPRESS = """
            import lz4.frame, sys
            open(sys.argv[2], 'wb').write(lz4.frame.decompress(open(sys.argv[1], 'rb').read()))
            """;

    @TempDir
    private Path directory;

    @Test
    void decodesWhatLiblz4Encodes() throws IOException {
        byte[] bytes = Lz4Samples.mixed(9_000_001, 1);
        Path content = Files.write(directory.resolve("content"), bytes);
        Tool.run(PYTHON, "-c", COMPRESS, content.toString());
        Tool.run(PYTHON, "-c", COMPRESS_IN_PIECES, content.toString());

        int frames = 0;
        try (var files = Files.newDirectoryStream(directory, "*.lz4")) {
            for (Path frame : files) {
                byte[] found = Lz4Samples.decode(bytes.length, Files.readAllBytes(frame));
                assertThat(Arrays.mismatch(found, bytes)).as("first difference in %s", frame).isEqualTo(-1);
                frames++;
            }
        }
        assertThat(frames).isEqualTo(33);
    }

    @Test
    void encodesWhatLiblz4Decodes() throws IOException {
        byte[] bytes = Lz4Samples.mixed(3_000_001, 2);
        for (int level : new int[] {0, 9}) {
            Path frame = Files.write(directory.resolve("frame"), Lz4Samples.encode(new Lz4FrameEncoder(level), bytes));
            Path content = directory.resolve("decoded");
            Tool.run(PYTHON, "-c", DECOMPRESS, frame.toString(), content.toString());

            assertThat(Arrays.mismatch(Files.readAllBytes(content), bytes)).as("level %d", level).isEqualTo(-1);
        }
    }
}
