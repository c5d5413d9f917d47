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
        if (image.isPresent()) {
            RestoreOptions target = options.restoreTo(image.get());
            body = file(report(message, toImage(single(exchange, options, machine, target), target)));
        } else if (export.isPresent()) {
            RestoreOptions target = options.restoreTo(export.get());
            body = Reports.of(report(message, DiskRestore.restore(single(exchange, options, machine, target), target)));
        } else {
            Path directory = options.directory().orElseThrow(() -> new IllegalArgumentException(
                    "restore needs a target: the option image, nbdUri or directory, or a header for it"));
            body = toDirectory(exchange, directory, options, machine);
        }
        machine.define(message);
        RequestOptions.removeOptionHeaders(message);
        message.setBody(body);
    }

    /** The streams for the one disk to restore. */
    private static List<StreamInput> single(Exchange exchange, RequestOptions options, MachineRestore machine,
            RestoreOptions target) throws IOException {
        Object body = exchange.getMessage().getBody();
        Optional<Path> set = options.directory().or(() -> StreamSources.directory(body));
        if (set.isEmpty()) {
            machine.checkNoSet();
            return StreamSources.streams(exchange, body);
        }
        ChainSelection selection = BackupSets.selectOne(BackupSets.store(set.get()), options);
        machine.check(selection.set().store(), Map.of(selection.only(), target));
        return BackupSets.inputs(selection.checked(options.check()).only());
    }

    private static Object toDirectory(Exchange exchange, Path target, RequestOptions options, MachineRestore machine)
            throws Exception {
        Object body = exchange.getMessage().getBody();
        Optional<Path> set = StreamSources.directory(body);
        if (set.isPresent()) {
            return setToDirectory(exchange.getMessage(), set.get(), target, options, machine);
        }
        machine.checkNoSet();
        List<StreamInput> inputs = new ArrayList<>(StreamSources.streams(exchange, body));
        PeekedStream first = PeekedStream.of(inputs.get(0));
        inputs.set(0, first.input());
        Path image = image(target, first.metadata().diskName(), options);
        return file(report(exchange.getMessage(), toImage(inputs, options.restoreTo(image))));
    }

    /** What can be refused is refused before the first disk is restored. */
    private static Object setToDirectory(Message message, Path set, Path target, RequestOptions options, MachineRestore machine)
            throws Exception {
        Map<Chain, RestoreOptions> images = new LinkedHashMap<>();
        ChainSelection selection = BackupSets.select(BackupSets.store(set), options);
        for (Chain chain : selection.chains()) {
            images.put(chain, options.restoreTo(image(target, chain.disk(), options)));
        }
        for (RestoreOptions each : images.values()) {
            if (!options.overwrite() && Files.exists(each.image())) {
                throw new FileAlreadyExistsException(each.image().toString(), null,
                        "nothing was restored; set overwrite=true to replace it");
            }
        }
        machine.check(selection.set().store(), images);
        selection.checked(options.check());
        Map<String, File> restored = new LinkedHashMap<>();
        RestoreResult last = null;
        for (Map.Entry<Chain, RestoreOptions> entry : images.entrySet()) {
            last = toImage(BackupSets.inputs(entry.getKey()), entry.getValue());
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

    private static RestoreResult toImage(List<StreamInput> inputs, RestoreOptions target) throws Exception {
        Path parent = target.image().toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        return DiskRestore.restore(inputs, target);
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
