/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes;

import io.virtnbd.chain.ChainException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Makes sure that the directory of a chain, of which the variable {@code virtnbdSet} tells, has a manifest of the domain in the
 * variable {@code virtnbdDomain}. In a directory that has one, streams without one are not restored; in one that has none they
 * would be, and nothing would tell whether they are all there and whole.
 */
public final class RequireManifest implements Processor {

    /** @throws ChainException if there is none. A directory that is not there, or cannot be read, is left to who reads it. */
    @Override
    public void process(Exchange exchange) throws ChainException {
        String set = exchange.getVariable("virtnbdSet", String.class);
        Pattern manifest = NewestCheckpoint.manifest(exchange.getVariable("virtnbdDomain", String.class));
        String[] names = Path.of(set).toFile().list();
        if (names != null && Stream.of(names).noneMatch(name -> manifest.matcher(name).matches())) {
            throw new ChainException(set + ": expected manifests to compare the streams with, found none");
        }
    }
}
