/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file names of a backup set (format document, "Files of a backup set"), written and read. A name that is written here is a
 * single component of a path, has no blanks except for those of a domain's name, and reads back to exactly what it was made of.
 */
public final class BackupFileNames {

    private static final Pattern STREAM = Pattern.compile("(?<disk>[^./]+)\\.(?:"
            + "(?<base>copy|full)(?:\\.(?<baseSegment>[0-9]{5,}))?"
            + "|diff\\.(?<epoch>[0-9]+)(?:\\.(?<diffSegment>[0-9]{5,}))?"
            + "|inc\\.(?<inc>[^/]+))\\.data");

    private static final Pattern INCREMENT_SEGMENT = Pattern.compile(
            "(?<checkpoint>.+\\.[0-9]+|[0-9]+)\\.(?<segment>[0-9]{5,})");

    private BackupFileNames() {
    }

    /**
     * The file of a whole stream: {@code vda.copy.data}, {@code vda.full.data}, {@code vda.inc.virtnbdbackup.1.data} or
     * {@code vda.diff.1795342131.data}.
     *
     * @param checkpoint   checkpoint that the backup makes; used for increments only
     * @param epochSeconds time of the backup in seconds since 1970 UTC, not negative; used for differentials only
     * @throws InvalidNameException if the disk's or the checkpoint's name cannot be part of a file name
     */
    public static String stream(String disk, Level level, String checkpoint, long epochSeconds) {
        return NameRules.fileName(stem(disk, level, checkpoint, epochSeconds) + ".data");
    }

    /**
     * The file of one segment: {@code vda.copy.00000.data}. Everything else is as for a whole stream.
     *
     * @param index from 0; written with five digits, with more where it needs them
     * @throws InvalidNameException if the disk's or the checkpoint's name cannot be part of a file name
     */
    public static String segment(String disk, Level level, String checkpoint, long epochSeconds, int index) {
        if (index < 0) {
            throw new IllegalArgumentException("segment index " + index + " is negative");
        }
        String digits = Integer.toString(index);
        String padding = "0".repeat(Math.max(0, 5 - digits.length()));
        return NameRules.fileName(stem(disk, level, checkpoint, epochSeconds) + "." + padding + digits + ".data");
    }

    /**
     * The file of the domain XML: {@code vmconfig.virtnbdbackup.0.xml}.
     *
     * @throws InvalidNameException if the checkpoint's name cannot be part of a file name
     */
    public static String domainXml(String checkpoint) {
        return NameRules.fileName("vmconfig." + NameRules.checkpoint(checkpoint) + ".xml");
    }

    /**
     * The file of the checkpoint XML: {@code checkpoints/virtnbdbackup.0.xml}.
     *
     * @throws InvalidNameException if the checkpoint's name cannot be part of a file name
     */
    public static String checkpointXml(String checkpoint) {
        return "checkpoints/" + NameRules.fileName(NameRules.checkpoint(checkpoint) + ".xml");
    }

    /**
     * The file with what qemu-img says of a disk's image: {@code vda.virtnbdbackup.0.qcow.json}.
     *
     * @throws InvalidNameException if the disk's or the checkpoint's name cannot be part of a file name
     */
    public static String imageInfo(String disk, String checkpoint) {
        return NameRules.fileName(NameRules.disk(disk) + "." + NameRules.checkpoint(checkpoint) + ".qcow.json");
    }

    /**
     * A file that the domain is started with, such as its firmware: {@code OVMF_VARS.fd.virtnbdbackup.0}.
     *
     * @param name of the file on the domain's host
     * @throws InvalidNameException if it or the checkpoint's name cannot be part of a file name
     */
    public static String hostFile(String name, String checkpoint) {
        return NameRules.fileName(NameRules.domain(name) + "." + NameRules.checkpoint(checkpoint));
    }

    /**
     * The file of the manifest: {@code web1.virtnbd.0.json}.
     *
     * @throws InvalidNameException if the domain's or the checkpoint's name cannot be part of a file name
     */
    public static String manifest(String domain, String checkpoint) {
        return NameRules.fileName(NameRules.domain(domain) + "." + NameRules.checkpoint(checkpoint) + ".json");
    }

    /**
     * Reads the name of a stream's file.
     *
     * @param fileName one component of a path
     * @return empty where it is not such a name: a checksum, a file that is still being written ({@code .partial}), anything
     *         else
     */
    public static Optional<StreamFileName> parse(String fileName) {
        Matcher name = STREAM.matcher(fileName);
        if (!name.matches()) {
            return Optional.empty();
        }
        String disk = name.group("disk");
        try {
            if (name.group("base") != null) {
                return Optional.of(new StreamFileName(disk, Level.ofLabel(name.group("base")).orElseThrow(), Optional.empty(),
                        OptionalLong.empty(), index(name.group("baseSegment"))));
            }
            if (name.group("epoch") != null) {
                return Optional.of(new StreamFileName(disk, Level.DIFF, Optional.empty(),
                        OptionalLong.of(Long.parseLong(name.group("epoch"))), index(name.group("diffSegment"))));
            }
            Matcher segment = INCREMENT_SEGMENT.matcher(name.group("inc"));
            boolean whole = !segment.matches();
            return Optional.of(new StreamFileName(disk, Level.INC,
                    Optional.of(whole ? name.group("inc") : segment.group("checkpoint")), OptionalLong.empty(),
                    whole ? OptionalInt.empty() : index(segment.group("segment"))));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String stem(String disk, Level level, String checkpoint, long epochSeconds) {
        String stem = NameRules.disk(disk) + "." + level.label();
        return switch (level) {
            case COPY, FULL -> stem;
            case INC -> stem + "." + NameRules.numberedCheckpoint(checkpoint);
            case DIFF -> {
                if (epochSeconds < 0) {
                    throw new IllegalArgumentException("time of a differential is before 1970: " + epochSeconds);
                }
                yield stem + "." + epochSeconds;
            }
        };
    }

    private static OptionalInt index(String digits) {
        return digits == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(digits));
    }
}
