/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.io.IOException;

/**
 * The files at hand do not make up what was asked for: a stream is missing, doubled, foreign or unreadable, or a manifest is
 * not one. Nothing was written. The message names the file, what was expected and what was found.
 */
public final class ChainException extends IOException {

    /** What sort of fault it is. */
    public enum Fault {
        /** Something that has to be there is not. */
        MISSING,
        /** There are two where one is expected. */
        DOUBLED,
        /** It belongs to another disk, backup, chain or domain. */
        FOREIGN,
        /** What was asked for is not among what there is: no such disk, checkpoint or time. */
        ABSENT,
        /** It does not fit in another way. */
        UNFIT
    }

    private static final long serialVersionUID = 1L;

    private final Fault fault;

    public ChainException(String message) {
        this(Fault.UNFIT, message);
    }

    ChainException(Fault fault, String message) {
        super(printable(message));
        this.fault = fault;
    }

    public ChainException(String message, Throwable cause) {
        super(printable(message), cause);
        fault = cause instanceof ChainException chain ? chain.fault : Fault.UNFIT;
    }

    public Fault fault() {
        return fault;
    }

    /** Names come from files and streams of others, and must not forge lines of a log. */
    private static String printable(String message) {
        return message.replaceAll("\\p{Cntrl}", "?");
    }
}
