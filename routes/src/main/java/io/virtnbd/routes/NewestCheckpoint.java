/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes;

import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.CheckpointNumber;
import java.io.File;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.ObjectHelper;

/**
 * Replaces the body by the newest checkpoint that has a manifest in the directory of a chain. The body is that directory, or a
 * list of what a store has in it; what the elements begin with, as the prefix of keys, does not matter. The variables
 * {@code virtnbdDomain} and {@code virtnbdChain} say whose chain it is. Safe for use by several threads.
 */
public final class NewestCheckpoint implements Processor {

    /** @throws ChainException if there is no manifest, or the names do not tell which is the newest */
    @Override
    public void process(Exchange exchange) throws ChainException {
        String domain = exchange.getVariable("virtnbdDomain", String.class);
        String chain = exchange.getVariable("virtnbdChain", String.class);
        Pattern manifest = manifest(domain);
        String newest = null;
        Object body = exchange.getMessage().getBody();
        for (Object name : ObjectHelper.createIterable(body instanceof File directory ? directory.list() : body)) {
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

    /** What the names of a domain's manifests are like; the group {@code checkpoint} is that. */
    static Pattern manifest(String domain) {
        return Pattern.compile("(?:.*/)?" + Pattern.quote(domain) + "\\.(?<checkpoint>[^/]*\\.[0-9]+)\\.json(?:\\.pgp)?");
    }

    private static String newer(String one, String other) throws ChainException {
        if (one == null) {
            return other;
        }
        OptionalInt age = CheckpointNumber.compare(one, other);
        if (age.isEmpty()) {
            throw new ChainException("expected to tell from the checkpoints which is the newest, found '" + one + "' and '"
                    + other + "'; name the checkpoint until which to restore");
        }
        return age.getAsInt() < 0 ? other : one;
    }
}
