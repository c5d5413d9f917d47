/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.chain.ChainException;
import io.virtnbd.sparsestream.MalformedStreamException;
import java.nio.file.FileSystemException;
import java.util.Optional;

/**
 * One thing that is wrong.
 *
 * @param file     name relative to the backup set; empty where it is about several
 * @param kind     what sort of thing
 * @param expected what should be there, for machines: a checksum, a number of bytes; empty where only the message tells
 * @param found    what is there instead
 * @param message  the same for people; names the file
 */
public record Problem(Optional<String> file, ProblemKind kind, Optional<String> expected, Optional<String> found,
                      String message) {

    static Problem of(String file, ProblemKind kind, String message) {
        return new Problem(Optional.of(file), kind, Optional.empty(), Optional.empty(), message);
    }

    static Problem of(String file, ProblemKind kind, Object expected, Object found, String message) {
        return new Problem(Optional.of(file), kind, Optional.of(expected.toString()), Optional.of(found.toString()), message);
    }

    /**
     * Why a stream is not whole, or could not be read.
     *
     * @param file  its name
     * @param place names it in the message
     */
    public static Problem of(String file, String place, Exception failure) {
        return of(file, kind(failure), failure instanceof ChainException ? text(failure) : place + ": " + text(failure));
    }

    /** What is wrong with several files together. */
    static Problem of(Exception failure) {
        return new Problem(Optional.empty(), kind(failure), Optional.empty(), Optional.empty(), text(failure));
    }

    private static ProblemKind kind(Exception failure) {
        if (failure instanceof MalformedStreamException malformed) {
            return switch (malformed.fault()) {
                case MALFORMED -> ProblemKind.MALFORMED;
                case TRUNCATED -> ProblemKind.TRUNCATED;
                case CHECKSUM -> ProblemKind.DAMAGED;
            };
        }
        if (failure instanceof ChainException chain) {
            return switch (chain.fault()) {
                case MISSING, ABSENT -> ProblemKind.MISSING;
                case DOUBLED -> ProblemKind.DOUBLED;
                case FOREIGN -> ProblemKind.FOREIGN;
                case UNFIT -> ProblemKind.DISCONTINUOUS;
            };
        }
        return ProblemKind.UNREADABLE;
    }

    /** Messages of the file system are often nothing but a path. */
    private static String text(Exception failure) {
        return failure instanceof FileSystemException || failure.getMessage() == null ? failure.toString()
                : failure.getMessage();
    }
}
