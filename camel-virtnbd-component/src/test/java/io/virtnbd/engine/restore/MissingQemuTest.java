/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A restore to qcow2, in a process of its own, whose PATH has no program in it. */
class MissingQemuTest {

    @TempDir
    Path directory;

    @Test
    void aQcow2ImageWithoutQemuIsAnErrorThatSaysWhatToInstall() throws Exception {
        Path target = Files.createDirectory(directory.resolve("target"));
        Path empty = Files.createDirectory(directory.resolve("empty"));
        Path stream = Files.write(directory.resolve("vda.full.data"), StreamBytes.full(512).zero(0, 512).bytes());
        ProcessBuilder process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(), stream.toString(), target.resolve("disk.qcow2").toString()).redirectErrorStream(true);
        process.environment().put("PATH", empty.toString());

        Process restore = process.start();
        String output = new String(restore.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(restore.waitFor()).as(output).isZero();
        assertThat(output).contains("qemu-img", "not on the PATH (" + empty + ")", "install qemu-utils");
        assertThat(target).isEmptyDirectory();
    }

    /** Prints the error. */
    static final class Main {

        private Main() {
        }

        /** @param args the stream, the image */
        public static void main(String[] args) throws IOException {
            try {
                DiskRestore.restore(List.of(StreamInput.of(Path.of(args[0]))),
                        RestoreOptions.toImage(Path.of(args[1]), ImageFormat.QCOW2));
            } catch (RestoreException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
