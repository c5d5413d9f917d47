/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import io.virtnbd.camel.VirtNbdEndpoint;
import io.virtnbd.camel.VirtNbdProducer;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.RestoreCompletion;
import io.virtnbd.camel.source.BackupSets;
import io.virtnbd.camel.source.ChainSelection;
import io.virtnbd.camel.source.PeekedStream;
import io.virtnbd.camel.source.StreamSources;
import io.virtnbd.camel.verify.Reports;
import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.Level;
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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Restores the streams in the body, or of a backup set, to an image, an export, or a directory of images. */
final class RestoreProducer extends VirtNbdProducer {

    private static final Logger LOG = LoggerFactory.getLogger(RestoreProducer.class);

    private final AtomicBoolean noted = new AtomicBoolean();

    RestoreProducer(VirtNbdEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    protected void doStart() throws Exception {
        if (MachineRestore.isAskedFor(getEndpoint().getConfiguration())) {
            getEndpoint().usedByProducer();
        }
        super.doStart();
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        RequestOptions options = new RequestOptions(getEndpoint(), message);
        Optional<Path> image = options.image();
        Optional<NbdUri> export = options.nbdUri();
        if (image.isPresent() && export.isPresent()) {
            throw new IllegalArgumentException("image and nbdUri are both set, expected one: a restore has one target");
        }
        MachineRestore machine = new MachineRestore(getEndpoint(), options);
        Object body;
        if (options.completion() == RestoreCompletion.chain) {
            machine.checkNoSet();
            body = SessionRestore.accept(getEndpoint().getComponent().restoreSessions(), exchange,
                    sessionTarget(options), sessionEnd(options));
        } else if (image.isPresent()) {
            body = file(report(message, toTarget(exchange, options, machine, options.restoreTo(image.get()))));
        } else if (export.isPresent()) {
            body = Reports.of(report(message, toTarget(exchange, options, machine, options.restoreTo(export.get()))));
        } else {
            body = toDirectory(exchange, options.directory().orElseThrow(RestoreProducer::noTarget), options, machine);
        }
        machine.define(message);
        RequestOptions.removeOptionHeaders(message);
        message.setBody(body);
    }

    private static IllegalArgumentException noTarget() {
        return new IllegalArgumentException(
                "restore needs a target: the option image, nbdUri or directory, or a header for it");
    }

    /** What messages one after the other are restored to. */
    private static RestoreOptions sessionTarget(RequestOptions options) throws Exception {
        if (options.nbdUri().isPresent()) {
            return options.restoreTo(options.nbdUri().get());
        }
        Path image = options.image().orElse(null);
        if (image == null) {
            Path directory = options.directory().orElseThrow(RestoreProducer::noTarget);
            image = image(directory, options.disk().orElseThrow(() -> new IllegalArgumentException("restore with completion=chain"
                    + " to a directory needs the name of the disk: the option disk or the header " + VirtNbdConstants.DISK)),
                    options);
        }
        createDirectory(image);
        return options.restoreTo(image);
    }

    /** The checkpoint that completes it, or null. Of messages that come one by one nothing tells which is the newest of a time. */
    private static String sessionEnd(RequestOptions options) {
        if (options.until().time().isPresent()) {
            throw new IllegalArgumentException("until is the time " + options.until() + ", expected a checkpoint with"
                    + " completion=chain");
        }
        return options.until().checkpoint().orElse(null);
    }

    /** Restores one disk. */
    private RestoreResult toTarget(Exchange exchange, RequestOptions options, MachineRestore machine,
            RestoreOptions target) throws IOException {
        Optional<BackupStore> set = options.backups(exchange);
        if (set.isEmpty()) {
            machine.checkNoSet();
            noteNoManifest();
            return restore(StreamSources.streams(exchange, exchange.getMessage().getBody()), target);
        }
        ChainSelection selection = BackupSets.selectOne(BackupSets.existing(set.get()), options);
        machine.check(selection.set().store(), selection.chains(), Map.of(selection.only().disk(), target));
        return restore(selection.checked(options.check()).only(), target, options);
    }

    private Object toDirectory(Exchange exchange, Path target, RequestOptions options, MachineRestore machine)
            throws Exception {
        Optional<BackupStore> set = options.backupsBesideTarget(exchange);
        if (set.isPresent()) {
            return setToDirectory(exchange.getMessage(), set.get(), target, options, machine);
        }
        machine.checkNoSet();
        noteNoManifest();
        List<StreamInput> inputs = new ArrayList<>(StreamSources.streams(exchange, exchange.getMessage().getBody()));
        PeekedStream first = PeekedStream.of(inputs.get(0));
        inputs.set(0, first.input());
        Path image = image(target, first.metadata().diskName(), options);
        return file(report(exchange.getMessage(), restore(inputs, options.restoreTo(image))));
    }

    /** Once, not with each message. */
    private void noteNoManifest() {
        if (!noted.getAndSet(true)) {
            LOG.info("{}: streams are restored that come without a manifest: it has no checksum for them, so that their content can"
                    + " be checked by the checksums of LZ4 only, where they are compressed", getEndpoint());
        }
    }

    /** What can be refused is refused before the first disk is restored. */
    private static Object setToDirectory(Message message, BackupStore set, Path target, RequestOptions options,
            MachineRestore machine) throws Exception {
        ChainSelection selection = BackupSets.select(BackupSets.existing(set), options);
        if (selection.chains().size() > 1 && options.journal().isPresent()) {
            throw new IllegalArgumentException("journal is '" + options.journal().get() + "', expected none for the "
                    + selection.chains().size() + " disks of a set, which would share it: each image has its own beside it;"
                    + " nothing was restored");
        }
        Map<String, RestoreOptions> targets = new LinkedHashMap<>();
        boolean several = selection.chains().size() > 1;
        for (Chain chain : selection.chains()) {
            Path image = image(target, chain.disk(), options);
            RestoreOptions each = options.restoreTo(image).withJournalStays(several);
            if (!options.overwrite() && Files.exists(image) && !DiskRestore.isComplete(each)) {
                throw new FileAlreadyExistsException(image.toString(), null,
                        "image " + image + " is there already, nothing was restored; set overwrite=true to replace it");
            }
            targets.put(chain.disk(), each);
        }
        machine.check(selection.set().store(), selection.chains(), targets);
        List<Callable<RestoreResult>> restores = new ArrayList<>();
        for (Chain chain : selection.checked(options.check()).chains()) {
            restores.add(() -> restore(chain, targets.get(chain.disk()), options));
        }
        Map<String, File> restored = new LinkedHashMap<>();
        List<RestoreResult> results = ParallelRestores.run(restores, options.concurrentDisks());
        results.forEach(result -> restored.put(result.disk(), file(result)));
        for (RestoreOptions each : targets.values()) {
            DiskRestore.forget(each);
        }
        return options.disk().isPresent() ? file(report(message, results.get(0))) : restored;
    }

    /** The image of a disk in a directory. The name of the disk comes from a stream: it must not lead elsewhere. */
    private static Path image(Path directory, String disk, RequestOptions options) {
        BackupFileNames.stream(disk, Level.COPY, "", 0);
        ImageFormat format = options.format().orElse(ImageFormat.QCOW2);
        return directory.resolve(disk + "." + format.name().toLowerCase(Locale.ROOT));
    }

    private static RestoreResult restore(Chain chain, RestoreOptions target, RequestOptions options) throws IOException {
        boolean likeOriginal = options.originalOptions() && target.image() != null && target.format() == ImageFormat.QCOW2;
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
