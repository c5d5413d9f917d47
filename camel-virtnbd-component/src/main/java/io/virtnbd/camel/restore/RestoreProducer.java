/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import io.virtnbd.camel.domain.EndpointDomains;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.RestoreCompletion;
import io.virtnbd.camel.source.BackupSets;
import io.virtnbd.camel.source.ChainSelection;
import io.virtnbd.camel.source.PeekedStream;
import io.virtnbd.camel.source.RequestedBackups;
import io.virtnbd.camel.source.StreamSources;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.restore.DiskRestore;
import io.virtnbd.engine.restore.ImageFormat;
import io.virtnbd.engine.restore.ParallelRestores;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.engine.restore.RestoreResult;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.store.BackupStore;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Restores the streams in the body, or of a backup set, to an image, an export, or a directory of images. */
public final class RestoreProducer extends DefaultProducer {

    private static final Logger LOG = LoggerFactory.getLogger(RestoreProducer.class);

    private final EndpointOptions options;
    private final EndpointDomains domains;
    private final RestoreSessions sessions;
    private final AtomicBoolean noted = new AtomicBoolean();

    /** @param sessions those of the component */
    public RestoreProducer(Endpoint endpoint, EndpointOptions options, EndpointDomains domains, RestoreSessions sessions) {
        super(endpoint);
        this.options = options;
        this.domains = domains;
        this.sessions = sessions;
    }

    @Override
    protected void doStart() throws Exception {
        if (MachineRestore.isAskedFor(options.configuration())) {
            domains.usedByProducer();
        }
        super.doStart();
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        RestoreRequest request = new RestoreRequest(new RequestOptions(options, message));
        request.requireOneTarget();
        Optional<Path> image = request.image();
        Optional<NbdUri> export = request.options().nbdUri();
        MachineRestore machine = new MachineRestore(request, domains);
        Object body;
        if (options.configuration().getCompletion() == RestoreCompletion.chain) {
            machine.checkNoSet();
            body = SessionRestore.accept(sessions, exchange, sessionTarget(request), sessionEnd(request.options().until()));
        } else if (image.isPresent()) {
            body = file(report(message, toTarget(exchange, request, machine, request.to(image.get()))));
        } else if (export.isPresent()) {
            body = RestoreReports.of(report(message, toTarget(exchange, request, machine, request.to(export.get()))));
        } else {
            body = toDirectory(exchange, request.directory(), request, machine);
        }
        machine.define(message);
        RequestOptions.removeOptionHeaders(message);
        message.setBody(body);
    }

    /** What messages one after the other are restored to. */
    private static RestoreOptions sessionTarget(RestoreRequest request) throws Exception {
        RequestOptions options = request.options();
        if (options.nbdUri().isPresent()) {
            return request.to(options.nbdUri().get());
        }
        Path image = request.image().orElse(null);
        if (image == null) {
            Path directory = request.directory();
            image = request.image(directory, options.disk().orElseThrow(() -> new IllegalArgumentException("restore with"
                    + " completion=chain to a directory needs the name of the disk: the option disk or the header "
                    + VirtNbdConstants.DISK)));
        }
        createDirectory(image);
        return request.to(image);
    }

    /** The checkpoint that completes it, or null. Of messages that come one by one nothing tells which is the newest of a time. */
    private static String sessionEnd(Until until) {
        if (until.time().isPresent()) {
            throw new IllegalArgumentException("until is the time " + until + ", expected a checkpoint with"
                    + " completion=chain");
        }
        return until.checkpoint().orElse(null);
    }

    /** Restores one disk. */
    private RestoreResult toTarget(Exchange exchange, RestoreRequest request, MachineRestore machine,
            RestoreOptions target) throws IOException {
        Optional<BackupStore> set = RequestedBackups.of(request.options(), exchange);
        if (set.isEmpty()) {
            machine.checkNoSet();
            noteNoManifest();
            return restore(StreamSources.streams(exchange, exchange.getMessage().getBody()), target);
        }
        ChainSelection selection = BackupSets.selectOne(set.get(), request.options());
        machine.check(selection.set().store(), selection.chains(), Map.of(selection.only().disk(), target));
        return restore(selection.checked(request.check()).only(), target);
    }

    private Object toDirectory(Exchange exchange, Path target, RestoreRequest request, MachineRestore machine)
            throws Exception {
        Optional<BackupStore> set = RequestedBackups.besideTarget(request.options(), exchange);
        if (set.isPresent()) {
            return setToDirectory(exchange.getMessage(), set.get(), target, request, machine);
        }
        machine.checkNoSet();
        noteNoManifest();
        List<StreamInput> inputs = new ArrayList<>(StreamSources.streams(exchange, exchange.getMessage().getBody()));
        PeekedStream first = PeekedStream.of(inputs.get(0));
        inputs.set(0, first.input());
        Path image = request.image(target, first.metadata().diskName());
        return file(report(exchange.getMessage(), restore(inputs, request.to(image))));
    }

    /** Once, not with each message. */
    private void noteNoManifest() {
        if (!noted.getAndSet(true)) {
            LOG.info("{}: streams are restored that come without a manifest: it has no checksum for them, so that their content can"
                    + " be checked by the checksums of LZ4 only, where they are compressed", getEndpoint());
        }
    }

    /** What can be refused is refused before the first disk is restored. */
    private Object setToDirectory(Message message, BackupStore set, Path target, RestoreRequest request,
            MachineRestore machine) throws Exception {
        ChainSelection selection = BackupSets.select(set, request.options());
        if (selection.chains().size() > 1 && request.journal().isPresent()) {
            throw new IllegalArgumentException("journal is '" + request.journal().get() + "', expected none for the "
                    + selection.chains().size() + " disks of a set, which would share it: each image has its own beside it;"
                    + " nothing was restored");
        }
        Map<String, RestoreOptions> targets = new LinkedHashMap<>();
        boolean several = selection.chains().size() > 1;
        for (Chain chain : selection.chains()) {
            Path image = request.image(target, chain.disk());
            RestoreOptions each = request.to(image).withJournalStays(several);
            if (!request.overwrite() && Files.exists(image) && !DiskRestore.isComplete(each)) {
                throw new FileAlreadyExistsException(image.toString(), null,
                        "image " + image + " is there already, nothing was restored; set overwrite=true to replace it");
            }
            targets.put(chain.disk(), each);
        }
        machine.check(selection.set().store(), selection.chains(), targets);
        List<Callable<RestoreResult>> restores = new ArrayList<>();
        for (Chain chain : selection.checked(request.check()).chains()) {
            restores.add(() -> restore(chain, targets.get(chain.disk())));
        }
        Map<String, File> restored = new LinkedHashMap<>();
        List<RestoreResult> results = ParallelRestores.run(restores, options.configuration().getConcurrentDisks());
        results.forEach(result -> restored.put(result.disk(), file(result)));
        for (RestoreOptions each : targets.values()) {
            DiskRestore.forget(each);
        }
        return request.options().disk().isPresent() ? file(report(message, results.get(0))) : restored;
    }

    private RestoreResult restore(Chain chain, RestoreOptions target) throws IOException {
        boolean likeOriginal = options.configuration().isOriginalOptions() && target.image() != null && target.format() == ImageFormat.QCOW2;
        return restore(BackupSets.inputs(chain), likeOriginal ? target.withQcow2Options(OriginalImage.options(chain)) : target);
    }

    private static RestoreResult restore(List<StreamInput> inputs, RestoreOptions target) throws IOException {
        if (target.image() != null) {
            createDirectory(target.image());
        }
        return DiskRestore.restore(inputs, target);
    }

    private static void createDirectory(Path image) throws IOException {
        Path parent = image.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
    }

    private static RestoreResult report(Message message, RestoreResult result) {
        message.setHeader(VirtNbdConstants.CHECKPOINT, result.checkpoint());
        message.setHeader(VirtNbdConstants.VIRTUAL_SIZE, result.virtualSize());
        message.setHeader(VirtNbdConstants.DATA_SIZE, result.dataBytes());
        return result;
    }

    private static File file(RestoreResult result) {
        return result.image().orElseThrow().toFile();
    }
}
