/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

/** What a request for a backup is known by, so that it is carried out once however often it is delivered. */
public final class RequestId {

    /** Most characters of an id. */
    public static final int MAX_LENGTH = 200;

    private RequestId() {
    }

    /**
     * Checks an id: it is kept in the domain's metadata, in XML, and stands in logs.
     *
     * @param name what the id is called, for the error
     * @return the id
     * @throws IllegalArgumentException naming it, what is expected and what was found
     */
    public static String check(String name, String id) {
        if (id.isBlank()) {
            throw refused(name, "only blanks");
        }
        if (id.length() > MAX_LENGTH) {
            throw refused(name, id.length() + " characters");
        }
        for (int at = 0; at < id.length(); at += Character.charCount(id.codePointAt(at))) {
            int found = id.codePointAt(at);
            if (!isAllowed(found)) {
                throw refused(name, String.format("U+%04X at %d", found, at));
            }
        }
        return id;
    }

    private static boolean isAllowed(int character) {
        int type = Character.getType(character);
        boolean breaksLine = type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR;
        boolean inXml = type != Character.SURROGATE && character != 0xFFFE && character != 0xFFFF;
        return !Character.isISOControl(character) && !breaksLine && inXml;
    }

    private static IllegalArgumentException refused(String name, String found) {
        return new IllegalArgumentException(name + " is no id of a request: expected 1 to " + MAX_LENGTH
                + " characters, not only blanks, and no control characters, found " + found);
    }
}
