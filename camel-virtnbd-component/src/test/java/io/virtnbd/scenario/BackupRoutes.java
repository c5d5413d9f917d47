/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import io.virtnbd.camel.header.VirtNbdConstants;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** Backs up a domain to a directory for each chain, and restores from there, as routes do. */
final class BackupRoutes implements AutoCloseable {

    private final CamelContext camel = new DefaultCamelContext();
    private final ProducerTemplate template;
    private final Path directory;
    /** Of the disks in the last backup, by their targets. */
    private final Map<String, String> reasons = new ConcurrentHashMap<>();
    /** Of the last backup, in the order of their delivery. */
    private final List<String> fileNames = new CopyOnWriteArrayList<>();

    /** @param options of the backup endpoint, each with its ampersand */
    BackupRoutes(String domain, Path directory, String options) throws Exception {
        this(domain, directory, options, camel -> { });
    }

    /** @param preparation is done before the routes are added */
    BackupRoutes(String domain, Path directory, String options, Consumer<CamelContext> preparation) throws Exception {
        this.directory = directory;
        preparation.accept(camel);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:backup").toF("virtnbd:backup:%s?checksum=sha256%s", domain, options)
                        .split(body()).streaming().stopOnException().to(fileSink(directory)).process(BackupRoutes.this::note);
                from("direct:restore").to("virtnbd:restore?format=raw");
                from("direct:verify").to("virtnbd:verify");
            }
        });
        camel.start();
        template = camel.createProducerTemplate();
    }

    /** A directory for each chain, whose files appear under their names when they are complete. */
    static String fileSink(Path directory) {
        return "file:" + directory + "?fileName=${header.CamelVirtNbdChain}/${file:name}&tempPrefix=.incomplete-"
                + "&eagerDeleteTargetFile=false";
    }

    private void note(Exchange exchange) {
        fileNames.add(header(exchange, VirtNbdConstants.FILE_NAME));
        if ("disk".equals(header(exchange, VirtNbdConstants.ARTIFACT))) {
            reasons.put(header(exchange, VirtNbdConstants.DISK), header(exchange, VirtNbdConstants.REASON));
        }
    }

    /** Why a disk was in the last backup what it was. */
    String reason(String disk) {
        return reasons.get(disk);
    }

    /** Names of the files of the last backup, in the order of their delivery. */
    List<String> fileNames() {
        return List.copyOf(fileNames);
    }

    /** Makes a backup and returns what it is. */
    Made backUp(String level) throws Exception {
        return backUp(Map.of(VirtNbdConstants.LEVEL, level));
    }

    /** @param headers of the request */
    Made backUp(Map<String, Object> headers) throws Exception {
        reasons.clear();
        fileNames.clear();
        Exchange done = template.request("direct:backup", exchange -> exchange.getMessage().setHeaders(new HashMap<>(headers)));
        if (done.getException() != null) {
            throw done.getException();
        }
        return new Made(header(done, VirtNbdConstants.LEVEL), header(done, VirtNbdConstants.CHAIN),
                header(done, VirtNbdConstants.CHECKPOINT), header(done, VirtNbdConstants.PARENT_CHECKPOINT),
                header(done, VirtNbdConstants.REASON),
                done.getMessage().getHeader(VirtNbdConstants.DUPLICATE, false, boolean.class));
    }

    private static String header(Exchange exchange, String name) {
        return exchange.getMessage().getHeader(name, String.class);
    }

    /** The directory of a chain. */
    Path set(Made backup) {
        return directory.resolve(backup.chain());
    }

    /** Restores a disk until a backup. */
    void restore(Made backup, String disk, Path image) {
        template.requestBodyAndHeaders("direct:restore", null, Map.of(VirtNbdConstants.DIRECTORY, set(backup).toString(),
                VirtNbdConstants.DISK, disk, VirtNbdConstants.UNTIL, backup.checkpoint(), VirtNbdConstants.IMAGE,
                image.toString()));
    }

    void verify(Made backup) {
        template.requestBodyAndHeaders("direct:verify", null, Map.of(VirtNbdConstants.DIRECTORY, set(backup).toString()));
    }

    @Override
    public void close() {
        camel.stop();
    }

    /** A backup, as the headers tell of it. */
    record Made(String level, String chain, String checkpoint, String parent, String reason, boolean duplicate) {

        Made(String level, String chain, String checkpoint, String parent, String reason) {
            this(level, chain, checkpoint, parent, reason, false);
        }
    }
}
