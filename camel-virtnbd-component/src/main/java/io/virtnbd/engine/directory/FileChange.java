/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.directory;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A prepared file gets its name, or a file goes.
 *
 * @param name relative to the directory
 * @param mark of the prepared file; empty where a file goes
 */
record FileChange(String name, Optional<FileMark> mark) {

    private static final Pattern LINE = Pattern.compile(
            "delete (?<gone>.+)|replace (?<bytes>[0-9]{1,18}) (?<sha>[0-9a-f]{64}) (?<name>.+)");

    /** The line of a journal; empty if it is none. */
    static Optional<FileChange> parse(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(matcher.group("gone") != null ? new FileChange(matcher.group("gone"), Optional.empty())
                : new FileChange(matcher.group("name"), Optional.of(new FileMark(Long.parseLong(matcher.group("bytes")),
                        matcher.group("sha")))));
    }

    String line() {
        return mark.map(each -> "replace " + each.bytes() + " " + each.sha256() + " ").orElse("delete ") + name;
    }
}
