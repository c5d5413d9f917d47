/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.source;

import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.store.EndpointStore;
import io.virtnbd.store.BackupStore;
import io.virtnbd.store.DirectoryStore;
import java.util.Optional;
import org.apache.camel.Exchange;

/** Where the backups of a request are. A request needs one of them only, which keeps what it has listed. */
public final class RequestedBackups {

    private RequestedBackups() {
    }

    /**
     * A store, or else the directory of an option or a header, or else the body where it is one. Empty where the body is
     * something else, streams for example.
     */
    public static Optional<BackupStore> of(RequestOptions options, Exchange exchange) {
        return store(options).or(() -> options.directory().map(DirectoryStore::new)).or(() -> directoryInBody(exchange));
    }

    /** The same for a request whose directory is a target. */
    public static Optional<BackupStore> besideTarget(RequestOptions options, Exchange exchange) {
        return store(options).or(() -> directoryInBody(exchange));
    }

    /** @throws IllegalArgumentException where there are none, with the name of what needs them */
    public static BackupStore required(RequestOptions options, Exchange exchange) {
        return of(options, exchange).orElseThrow(() -> new IllegalArgumentException(options.endpoint().operation()
                + " needs backups: the option directory or store, a header for it, or a directory in the body"));
    }

    private static Optional<BackupStore> store(RequestOptions options) {
        return options.store().map(uri -> new EndpointStore(options.endpoint().context(), uri));
    }

    private static Optional<BackupStore> directoryInBody(Exchange exchange) {
        return StreamSources.directory(exchange.getMessage().getBody()).map(DirectoryStore::new);
    }
}
