/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads sizes as people write them: {@code 65536}, {@code 64k}, {@code 16MB}, {@code 1GiB}. Units are powers of 1024. */
public final class ByteSize {

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,19})\\s*(?:([kmgt])i?b?|b)?", Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "kmgt";

    private ByteSize() {
    }

    /**
     * Reads a size in bytes.
     *
     * @param option for the error
     * @throws IllegalArgumentException if it is no size, or 2^63 bytes or more
     */
    public static long parse(String option, String text) {
        Matcher size = SIZE.matcher(text.strip());
        if (!size.matches()) {
            throw new IllegalArgumentException(option + " is '" + text + "', expected a size such as 65536, 64k, 16MB or 1GiB");
        }
        int shift = size.group(2) == null ? 0 : 10 * (1 + UNITS.indexOf(size.group(2).toLowerCase(Locale.ROOT)));
        try {
            return Math.multiplyExact(Long.parseLong(size.group(1)), 1L << shift);
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException(option + " is '" + text + "', expected less than 2^63 bytes", e);
        }
    }
}
