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
        if (image.isPresent()) {
            body = file(report(message, toImage(single(exchange, options), image.get(), options)));
        } else if (export.isPresent()) {
            body = Reports.of(report(message, DiskRestore.restore(single(exchange, options), options.restoreTo(export.get()))));
        } else {
            Path directory = options.directory().orElseThrow(() -> new IllegalArgumentException(
                    "restore needs a target: the option image, nbdUri or directory, or a header for it"));
            body = toDirectory(exchange, directory, options);
        }
        RequestOptions.removeOptionHeaders(message);
        message.setBody(body);
    }

    /** The streams for the one disk to restore. */
    private static List<StreamInput> single(Exchange exchange, RequestOptions options) throws IOException {
        Object body = exchange.getMessage().getBody();
        Optional<Path> set = options.directory().or(() -> StreamSources.directory(body));
        return set.isPresent()
                ? BackupSets.inputs(BackupSets.selectOne(BackupSets.store(set.get()), options).checked(options.check()).only())
                : StreamSources.streams(exchange, body);
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
        return file(report(exchange.getMessage(), toImage(inputs, image, options)));
    }

    /** What can be refused is refused before the first disk is restored. */
    private static Object setToDirectory(Message message, Path set, Path target, RequestOptions options) throws Exception {
        Map<Path, Chain> images = new LinkedHashMap<>();
        ChainSelection selection = BackupSets.select(BackupSets.store(set), options);
        for (Chain chain : selection.chains()) {
            images.put(image(target, chain.disk(), options), chain);
        }
        for (Path image : images.keySet()) {
            if (!options.overwrite() && Files.exists(image)) {
                throw new FileAlreadyExistsException(image.toString(), null,
                        "nothing was restored; set overwrite=true to replace it");
            }
        }
        for (Chain chain : selection.checked(options.check()).chains()) {
            images.put(image(target, chain.disk(), options), chain);
        }
        Map<String, File> restored = new LinkedHashMap<>();
        RestoreResult last = null;
        for (Map.Entry<Path, Chain> entry : images.entrySet()) {
            last = toImage(BackupSets.inputs(entry.getValue()), entry.getKey(), options);
            restored.put(last.disk(), file(last));
        }
        return options.disk().isPresent() ? file(report(message, last)) : restored;
    }

    /** The image of a disk in a directory. The name of the disk comes from a stream: it must not lead elsewhere. */
    private static Path image(Path directory, String disk, RequestOptions options) {
        BackupFileNames.stream(disk, Level.COPY, "", 0);
        ImageFormat format = options.format().orElse(ImageFormat.QCOW2);
        return directory.resolve(disk + "." + format.name().toLowerCase(Locale.ROOT));
    }

    private static RestoreResult toImage(List<StreamInput> inputs, Path image, RequestOptions options) throws Exception {
        Path parent = image.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        return DiskRestore.restore(inputs, options.restoreTo(image));
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
