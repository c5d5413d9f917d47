/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.event;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * What a verification came to.
 *
 * @param place       path of the directory, name of the store, or of the stream
 * @param domains     names of the domains, as far as manifests tell
 * @param chains      ids of the chains, as far as streams tell
 * @param sets        number of backup sets; 0 where streams were verified
 * @param streams     number of streams that are there
 * @param streamsRead number of those that were read to their ends
 * @param bytesRead   bytes of these
 * @param problems    number of problems
 * @param duration    how long it took
 */
public record VerificationSummary(String place, Set<String> domains, Set<String> chains, long sets, long streams,
                                  long streamsRead, long bytesRead, long problems, Duration duration) {

    private static final double MIB = 1 << 20;

    public VerificationSummary {
        domains = Set.copyOf(domains);
        chains = Set.copyOf(chains);
    }

    /** For logs. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s: %d problems in %d sets with %d streams, %d of which were read (%.1f MiB) in %.1f s",
                place, problems, sets, streams, streamsRead, bytesRead / MIB, duration.toMillis() / 1e3);
    }
}
