/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.Optional;

/**
 * How far a chain is followed: to its newest content, to a checkpoint, or to what there was at a time. At most one of the
 * components is there.
 *
 * @param checkpoint name of the checkpoint that the last stream made
 * @param time       local time of the machine that made the backups, as metadata have it: the newest backup that is not later
 */
public record Until(Optional<String> checkpoint, Optional<LocalDateTime> time) {

    /** All that there is. */
    public static final Until NEWEST = new Until(Optional.empty(), Optional.empty());

    /** @throws IllegalArgumentException if both are there */
    public Until {
        Objects.requireNonNull(checkpoint, "checkpoint");
        if (checkpoint.isPresent() && time.isPresent()) {
            throw new IllegalArgumentException("until is checkpoint " + checkpoint.get() + " and time " + time.get()
                    + ", expected one");
        }
    }

    /** The content at a checkpoint. */
    public static Until checkpoint(String name) {
        return new Until(Optional.of(name), Optional.empty());
    }

    /** The content at a time. */
    public static Until time(LocalDateTime time) {
        return new Until(Optional.empty(), Optional.of(time));
    }

    /**
     * Reads what people write: nothing for the newest; a date as in {@code 2026-11-25}, which means its end; a date and time with
     * or without seconds and fractions, as in {@code 2026-11-25T18:30}; the same with an offset, as in
     * {@code 2026-11-25T18:30+01:00} or {@code 2026-11-25T17:30Z}, which becomes the time of this machine's zone. All else is a
     * checkpoint.
     *
     * @param text null or blank for the newest
     */
    public static Until parse(String text) {
        if (text == null || text.isBlank()) {
            return NEWEST;
        }
        String stripped = text.strip();
        try {
            return time(stripped.contains("T") ? dateTime(stripped) : LocalDate.parse(stripped).atTime(LocalTime.MAX));
        } catch (DateTimeParseException e) {
            return checkpoint(stripped);
        }
    }

    private static LocalDateTime dateTime(String text) {
        try {
            return LocalDateTime.parse(text);
        } catch (DateTimeParseException e) {
            return OffsetDateTime.parse(text).atZoneSameInstant(ZoneId.systemDefault()).toLocalDateTime();
        }
    }

    /** For messages and options: what {@link #parse} reads back. */
    @Override
    public String toString() {
        return checkpoint.or(() -> time.map(LocalDateTime::toString)).orElse("");
    }
}
