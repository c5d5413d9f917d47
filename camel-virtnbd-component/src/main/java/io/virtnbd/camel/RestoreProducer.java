/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

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
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;

/** Restores the streams in the body, or in a directory, to an image, an export, or a directory of images. */
final class RestoreProducer extends DefaultProducer {

    RestoreProducer(VirtNbdEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public VirtNbdEndpoint getEndpoint() {
        return (VirtNbdEndpoint) super.getEndpoint();
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
        Object body;
        if (options.completion() == RestoreCompletion.chain) {
            body = SessionRestore.accept(getEndpoint().getComponent().restoreSessions(), exchange,
                    sessionTarget(exchange, options), options.until());
        } else if (image.isPresent()) {
            Optional<Chain> chain = chain(message, options);
            body = file(report(message, toImage(inputs(exchange, chain), image.get(), options, chain)));
        } else if (export.isPresent()) {
            body = Reports.of(report(message, DiskRestore.restore(inputs(exchange, chain(message, options)),
                    options.restoreTo(export.get()))));
        } else {
            Path directory = options.directory().orElseThrow(RestoreProducer::noTarget);
            body = toDirectory(exchange, directory, options);
        }
        RequestOptions.removeOptionHeaders(message);
        message.setBody(body);
    }

    /** What messages one after the other are restored to. */
    private static RestoreOptions sessionTarget(Exchange exchange, RequestOptions options) throws Exception {
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

    private static IllegalArgumentException noTarget() {
        return new IllegalArgumentException(
                "restore needs a target: the option image, nbdUri or directory, or a header for it");
    }

    /** The chain of the one disk to restore, where it is in a directory. */
    private static Optional<Chain> chain(Message message, RequestOptions options) throws IOException {
        Optional<Path> set = options.directory().or(() -> StreamSources.directory(message.getBody()));
        return set.isEmpty() ? Optional.empty()
                : Optional.of(BackupSets.chain(set.get(), options.disk().orElse(null), options.until()));
    }

    private static List<StreamInput> inputs(Exchange exchange, Optional<Chain> chain) {
        return chain.map(BackupSets::inputs).orElseGet(() -> StreamSources.streams(exchange, exchange.getMessage().getBody()));
    }

    private static Object toDirectory(Exchange exchange, Path target, RequestOptions options) throws Exception {
        Object body = exchange.getMessage().getBody();
        Optional<Path> set = StreamSources.directory(body);
        if (set.isPresent()) {
            return setToDirectory(exchange.getMessage(), set.get(), target, options);
        }
        List<StreamInput> inputs = new ArrayList<>(StreamSources.streams(exchange, body));
        PeekedStream first = PeekedStream.of(inputs.get(0));
        inputs.set(0, first.input());
        Path image = image(target, first.metadata().diskName(), options);
        return file(report(exchange.getMessage(), toImage(inputs, image, options, Optional.empty())));
    }

    /** What can be refused is refused before the first disk is restored. */
    private static Object setToDirectory(Message message, Path set, Path target, RequestOptions options) throws Exception {
        Map<Path, Chain> images = new LinkedHashMap<>();
        for (Chain chain : BackupSets.chains(set, options.disk().orElse(null), options.until())) {
            images.put(image(target, chain.disk(), options), chain);
        }
        for (Path image : images.keySet()) {
            if (!options.overwrite() && Files.exists(image)) {
                throw new FileAlreadyExistsException(image.toString(), null,
                        "image " + image + " is there already, nothing was restored; set overwrite=true to replace it");
            }
        }
        List<Callable<RestoreResult>> restores = new ArrayList<>();
        images.forEach((image, chain) -> restores.add(() ->
                toImage(BackupSets.inputs(chain), image, options, Optional.of(chain))));
        Map<String, File> restored = new LinkedHashMap<>();
        List<RestoreResult> results = ParallelRestores.run(restores, options.concurrentDisks());
        results.forEach(result -> restored.put(result.disk(), file(result)));
        return options.disk().isPresent() ? file(report(message, results.get(0))) : restored;
    }

    /** The image of a disk in a directory. The name of the disk comes from a stream: it must not lead elsewhere. */
    private static Path image(Path directory, String disk, RequestOptions options) {
        BackupFileNames.stream(disk, Level.COPY, "", 0);
        ImageFormat format = options.format().orElse(ImageFormat.QCOW2);
        return directory.resolve(disk + "." + format.name().toLowerCase(Locale.ROOT));
    }

    private static RestoreResult toImage(List<StreamInput> inputs, Path image, RequestOptions options, Optional<Chain> chain)
            throws Exception {
        createDirectory(image);
        RestoreOptions target = options.restoreTo(image);
        if (chain.isPresent() && options.originalOptions() && target.format() == ImageFormat.QCOW2) {
            target = target.withQcow2Options(OriginalImage.options(chain.get()));
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
