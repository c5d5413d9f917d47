/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is wrong with files, in an order that does not depend on which thread saw it first. Safe for use by several threads. */
final class MemberProblems {

    private static final int MAX_REPORTED = 10;

    private final SortedMap<Integer, String> messages = new TreeMap<>();
    private final List<IOException> causes = new ArrayList<>();

    /** @param index of the file among those that are checked */
    synchronized void add(int index, String file, IOException cause) {
        messages.put(index, file + ": " + cause.getMessage());
        causes.add(cause);
    }

    synchronized boolean has(int index) {
        return messages.containsKey(index);
    }

    /** @throws ChainException if there is any; it names up to ten of them */
    synchronized void throwIfAny(String place) throws ChainException {
        if (!messages.isEmpty()) {
            ChainException all = new ChainException("backup in " + place + " is damaged: "
                    + String.join("; ", messages.values().stream().limit(MAX_REPORTED).toList())
                    + (messages.size() > MAX_REPORTED ? "; and " + (messages.size() - MAX_REPORTED) + " more" : ""),
                    causes.get(0));
            causes.stream().skip(1).limit(MAX_REPORTED - 1).forEach(all::addSuppressed);
            throw all;
        }
    }
}
