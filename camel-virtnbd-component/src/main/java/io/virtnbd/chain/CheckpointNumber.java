/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The number in a checkpoint's name, which ends in {@code .N}; N only rises with time as long as the prefix is the same. */
public final class CheckpointNumber {

    private static final Pattern NAME = Pattern.compile("(?<prefix>.*)\\.(?<number>[0-9]{1,18})");

    /** Names without a number first. */
    static final Comparator<String> BY_NUMBER = Comparator.comparingLong(checkpoint -> of(checkpoint).orElse(-1));

    private CheckpointNumber() {
    }

    /** The number; empty where the name does not end in one. */
    static OptionalLong of(String checkpoint) {
        Matcher name = NAME.matcher(checkpoint);
        return name.matches() ? OptionalLong.of(Long.parseLong(name.group("number"))) : OptionalLong.empty();
    }

    /** The checkpoint at the end of a name, behind a dot, whose prefix is that of another one. */
    static Optional<String> atEndOf(String name, String like) {
        Matcher of = NAME.matcher(like);
        if (!of.matches()) {
            return Optional.empty();
        }
        int at = name.lastIndexOf("." + of.group("prefix") + ".");
        return at < 0 ? Optional.empty() : Optional.of(name.substring(at + 1));
    }

    /**
     * How the ages of two checkpoints compare.
     *
     * @return negative where the one is older, 0 where they are the same, positive where it is newer; empty where the names do
     *            not tell
     */
    public static OptionalInt compare(String one, String other) {
        Matcher a = NAME.matcher(one);
        Matcher b = NAME.matcher(other);
        if (!a.matches() || !b.matches() || !a.group("prefix").equals(b.group("prefix"))) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(Long.compare(Long.parseLong(a.group("number")), Long.parseLong(b.group("number"))));
    }
}
