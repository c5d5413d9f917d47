/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What becomes of the files of a backup set: one thing, at random. With a stream goes the checksum beside it, for some kinds. */
final class Damage {
    /** Kinds of damage to a file. */
    enum Kind {
        FLIP, BIT, TRUNCATE, APPEND, DOUBLE, ZERO_BLOCK, OMIT, SWAP, COPY, OVERWRITE, FOREIGN,
        /** A stream and its checksum. */
        OMIT_BOTH, SWAP_BOTH, MOVE_BOTH
    }

    private static final String CHECKSUM = ".chksum";

    private final Kind kind;
    private final String description;
    private final SortedMap<String, byte[]> files;

    private Damage(Kind kind, String description, SortedMap<String, byte[]> files) {
        this.kind = kind;
        this.description = description;
        this.files = files;
    }

    /** The files in a directory and below, by their names relative to it. */
    static SortedMap<String, byte[]> read(Path directory) throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(directory.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
        return files;
    }

    /**
     * Damages a set.
     *
     * @param set     files by name; is not changed
     * @param foreign those of another set, of which some have the same names
     */
    static Damage of(SortedMap<String, byte[]> set, SortedMap<String, byte[]> foreign, Random random) {
        SortedMap<String, byte[]> files = new TreeMap<>(set);
        List<String> names = List.copyOf(set.keySet());
        String name = names.get(random.nextInt(names.size()));
        if (random.nextBoolean()) {
            // streams are few among the files
            name = stream(names, random);
        }
        byte[] bytes = set.get(name).clone();
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        int at = bytes.length == 0 ? 0 : random.nextInt(random.nextInt(4) == 0 ? Math.min(500, bytes.length) : bytes.length);
        String other = names.get(random.nextInt(names.size()));
        String how = name + " at " + at;
        switch (kind) {
            case FLIP, BIT -> {
                if (bytes.length > 0) {
                    bytes[at] ^= (byte) (kind == Kind.BIT ? 1 << random.nextInt(8) : 1 + random.nextInt(255));
                }
                files.put(name, bytes);
            }
            case TRUNCATE -> files.put(name, Arrays.copyOf(bytes, at));
            case APPEND -> files.put(name, Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(600)));
            case DOUBLE -> {
                byte[] twice = Arrays.copyOf(bytes, 2 * bytes.length);
                System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
                files.put(name, twice);
            }
            case ZERO_BLOCK -> {
                Arrays.fill(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(5000)), (byte) 0);
                files.put(name, bytes);
            }
            case OMIT -> {
                files.remove(name);
                how = name;
            }
            case SWAP -> {
                files.put(name, set.get(other));
                files.put(other, bytes);
                how = name + " with " + other;
            }
            case OVERWRITE -> {
                files.put(name, set.get(other));
                how = name + " by " + other;
            }
            case COPY -> {
                String copy = otherName(name, random);
                files.put(copy, bytes);
                how = name + " to " + copy;
            }
            case OMIT_BOTH -> {
                name = stream(names, random);
                files.remove(name);
                files.remove(name + CHECKSUM);
                how = name;
            }
            case SWAP_BOTH, MOVE_BOTH -> {
                name = stream(names, random);
                other = stream(names, random);
                for (String suffix : List.of("", CHECKSUM)) {
                    put(files, name + suffix, kind == Kind.SWAP_BOTH || name.equals(other) ? set.get(other + suffix) : null);
                    put(files, other + suffix, set.get(name + suffix));
                }
                how = name + " with " + other;
            }
            case FOREIGN -> {
                files.put(name, foreign.getOrDefault(name, bytes));
                how = name;
            }
        }
        return new Damage(kind, kind + " of " + how, files);
    }

    private static String stream(List<String> names, Random random) {
        List<String> streams = names.stream().filter(each -> each.endsWith(".data")).toList();
        return streams.get(random.nextInt(streams.size()));
    }

    private static void put(SortedMap<String, byte[]> files, String name, byte[] bytes) {
        if (bytes == null) {
            files.remove(name);
        } else {
            files.put(name, bytes);
        }
    }

    private static String otherName(String name, Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> name.replaceFirst("^vd[a-z]", "vd" + (char) ('a' + random.nextInt(4)));
            case 1 -> name.replaceFirst("[0-9](?=[^0-9]*$)", Integer.toString(random.nextInt(10)));
            case 2 -> name.replace(".full.", ".copy.").replace(".inc.", ".full.");
            case 3 -> name.replaceFirst("\\.data$", "." + String.format("%05d", random.nextInt(4)) + ".data");
            case 4 -> file(name).toUpperCase(Locale.ROOT);
            default -> "copy of " + file(name);
        };
    }

    private static String file(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /** Whether all that was done is that files are missing. */
    boolean isOmission() {
        return kind == Kind.OMIT;
    }

    /** Whether each stream still has the checksum that it had. */
    boolean keepsPairs() {
        return kind == Kind.OMIT_BOTH || kind == Kind.SWAP_BOTH || kind == Kind.MOVE_BOTH;
    }

    /** Names of the files that are not what they were, were not there or are no longer. */
    List<String> changed(SortedMap<String, byte[]> set) {
        return Stream.concat(set.keySet().stream(), files.keySet().stream()).distinct()
                .filter(name -> !Arrays.equals(set.get(name), files.get(name))).toList();
    }

    /** Writes the files that are different to a copy of the set. */
    void apply(SortedMap<String, byte[]> set, Path directory) {
        write(set, files, directory);
    }

    /** Makes the copy whole again. */
    void undo(SortedMap<String, byte[]> set, Path directory) {
        write(files, set, directory);
    }

    private static void write(SortedMap<String, byte[]> from, SortedMap<String, byte[]> to, Path directory) {
        try {
            for (String name : from.keySet()) {
                if (!to.containsKey(name)) {
                    Files.delete(directory.resolve(name));
                }
            }
            for (String name : to.keySet()) {
                if (!Arrays.equals(from.get(name), to.get(name))) {
                    Files.write(directory.resolve(name), to.get(name));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return description;
    }
}
