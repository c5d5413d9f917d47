/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.support;

import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.ResolveEndpointFailedException;

/** Says what went wrong without a stack trace. */
public final class Failures {

    private Failures() {
    }

    /** The messages of an exception and of its causes, without those that only say that there is a cause. */
    public static String describe(Throwable failure) {
        List<String> messages = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getCause() != null && isWrapper(cause)) {
                continue;
            }
            String message = describeOne(cause);
            if (messages.stream().noneMatch(known -> known.contains(message))) {
                messages.add(message);
            }
        }
        return String.join(": ", messages);
    }

    private static String describeOne(Throwable cause) {
        // many of the JDK's file exceptions have the path alone as their message
        boolean bare = cause.getMessage() == null || cause instanceof FileSystemException;
        return bare ? cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : " " + cause.getMessage())
                : cause.getMessage();
    }

    private static boolean isWrapper(Throwable cause) {
        return cause instanceof CamelExchangeException || cause instanceof CamelExecutionException
                || cause instanceof FailedToCreateRouteException || cause instanceof FailedToStartRouteException
                || cause instanceof ResolveEndpointFailedException;
    }
}
