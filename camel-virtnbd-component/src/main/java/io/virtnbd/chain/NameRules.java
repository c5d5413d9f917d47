/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Which names may become part of a file name. Disk names have no dot, which makes every file name readable in one way only.
 */
final class NameRules {

    /** Longest file name of the usual file systems, in bytes of UTF-8. */
    private static final int MAX_FILE_NAME = 255;

    private static final Pattern DISK = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_-]*");

    private static final Pattern CHECKPOINT = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)*");

    /** Format document, "Metadata": names end in .N. Without leading zeroes, or N could be taken for a segment's index. */
    private static final Pattern NUMBERED = Pattern.compile(".+\\.(0|[1-9][0-9]*)");

    /** A checkpoint 1.12345 could not be told from segment 12345 of checkpoint 1. */
    private static final Pattern LIKE_A_SEGMENT = Pattern.compile("(.*\\.)?[0-9]+\\.[0-9]{5,}");

    private NameRules() {
    }

    static String disk(String name) {
        if (name == null || !DISK.matcher(name).matches()) {
            throw new InvalidNameException("disk name", name, "ASCII letters, digits, '_' and '-', as in vda");
        }
        return name;
    }

    static String checkpoint(String name) {
        if (name == null || !CHECKPOINT.matcher(name).matches()) {
            throw new InvalidNameException("checkpoint name", name,
                    "ASCII letters, digits, '_', '-' and single dots between them, as in virtnbdbackup.0");
        }
        return name;
    }

    /** The name of a checkpoint that an increment made. */
    static String numberedCheckpoint(String name) {
        checkpoint(name);
        if (!NUMBERED.matcher(name).matches() || LIKE_A_SEGMENT.matcher(name).matches()) {
            throw new InvalidNameException("checkpoint name of an increment", name,
                    "a prefix that does not end in a number, and .N");
        }
        return name;
    }

    /**
     * Domain names are free text to libvirt, so this forbids what does harm: leaving the directory, control characters, hidden
     * files, and braces, because sinks evaluate file names as expressions.
     */
    static String domain(String name) {
        boolean usable = name != null && !name.isBlank() && name.equals(name.strip()) && !name.startsWith(".")
                && name.chars().noneMatch(c -> "/\\{}".indexOf(c) >= 0 || Character.isISOControl(c));
        if (!usable) {
            throw new InvalidNameException("domain name", name,
                    "a text without '/', '\\', braces, control characters, a leading dot or blanks around it");
        }
        return name;
    }

    static String fileName(String name) {
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_FILE_NAME) {
            throw new InvalidNameException("file name", name, "at most " + MAX_FILE_NAME + " bytes");
        }
        return name;
    }

    /**
     * The name of an artifact in a manifest: a relative path with '/' between simple names, as in
     * checkpoints/virtnbdbackup.0.xml.
     */
    static boolean isRelativePath(String name) {
        if (name.chars().anyMatch(c -> c == '\\' || Character.isISOControl(c))) {
            return false;
        }
        for (String part : name.split("/", -1)) {
            if (part.isBlank() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return true;
    }
}
