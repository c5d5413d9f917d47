/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes;

import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.CheckpointNumber;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.ObjectHelper;

/**
 * Replaces the body, a list or an array of what a store has in the directory of a chain, by the newest checkpoint that has a manifest there.
 * What the elements begin with, as the prefix of keys, does not matter. The variables {@code virtnbdDomain} and
 * {@code virtnbdChain} say whose chain it is. Safe for use by several threads.
 */
public final class NewestCheckpoint implements Processor {

    /** @throws ChainException if there is no manifest, or the names do not tell which is the newest */
    @Override
    public void process(Exchange exchange) throws ChainException {
        String domain = exchange.getVariable("virtnbdDomain", String.class);
        String chain = exchange.getVariable("virtnbdChain", String.class);
        Pattern manifest = Pattern.compile("(?:.*/)?" + Pattern.quote(domain) + "\\.(?<checkpoint>[^/]*\\.[0-9]+)\\.json(?:\\.pgp)?");
        String newest = null;
        for (Object name : ObjectHelper.createIterable(exchange.getMessage().getBody())) {
            Matcher matcher = manifest.matcher(name.toString());
            if (matcher.matches()) {
                newest = newer(newest, matcher.group("checkpoint"));
            }
        }
        if (newest == null) {
            throw new ChainException("chain " + chain + " of " + domain + ": expected at least one manifest, found none");
        }
        exchange.getMessage().setBody(newest);
    }

    private static String newer(String one, String other) throws ChainException {
        if (one == null) {
            return other;
        }
        OptionalInt age = CheckpointNumber.compare(one, other);
        if (age.isEmpty()) {
            throw new ChainException("expected to tell from the checkpoints which is the newest, found '" + one + "' and '" + other
                    + "'; name the checkpoint until which to restore");
        }
        return age.getAsInt() < 0 ? other : one;
    }
}
