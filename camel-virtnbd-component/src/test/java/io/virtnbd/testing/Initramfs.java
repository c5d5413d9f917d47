/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;

/** Writes the root file system that a kernel boots with, made of this machine's programs. */
final class Initramfs implements AutoCloseable {

    private static final Pattern LIBRARY = Pattern.compile("/\\S+");
    private static final int DIRECTORY = CpioConstants.C_ISDIR | 0755;
    private static final int EXECUTABLE = CpioConstants.C_ISREG | 0755;

    private final CpioArchiveOutputStream archive;
    private final Set<Path> written = new HashSet<>(Set.of(Path.of("/")));

    Initramfs(Path file) throws IOException {
        this.archive = new CpioArchiveOutputStream(Files.newOutputStream(file), CpioConstants.FORMAT_NEW);
    }

    /** Adds an empty directory, and those it is in. */
    Initramfs directory(Path path) throws IOException {
        if (written.add(path)) {
            directory(path.getParent());
            CpioArchiveEntry entry = new CpioArchiveEntry(CpioConstants.FORMAT_NEW, name(path));
            entry.setMode(DIRECTORY);
            archive.putArchiveEntry(entry);
            archive.closeArchiveEntry();
        }
        return this;
    }

    Initramfs file(Path path, byte[] content) throws IOException {
        if (written.add(path)) {
            directory(path.getParent());
            CpioArchiveEntry entry = new CpioArchiveEntry(CpioConstants.FORMAT_NEW, name(path), content.length);
            entry.setMode(EXECUTABLE);
            archive.putArchiveEntry(entry);
            archive.write(content);
            archive.closeArchiveEntry();
        }
        return this;
    }

    /** Adds a program that is on the PATH, with its libraries where it looks for them. */
    Initramfs program(Path path) throws IOException {
        String source = Tool.run("sh", "-c", "command -v " + path.getFileName()).strip();
        file(path, Files.readAllBytes(Path.of(source)));
        // fails where it needs none
        Tool.Result libraries = Tool.tryRun("ldd", source);
        if (libraries.exitCode() == 0) {
            Matcher library = LIBRARY.matcher(libraries.output());
            while (library.find()) {
                file(Path.of(library.group()), Files.readAllBytes(Path.of(library.group())));
            }
        }
        return this;
    }

    private static String name(Path path) {
        return path.toString().substring(1);
    }

    @Override
    public void close() throws IOException {
        archive.close();
    }
}
