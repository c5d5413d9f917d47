/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.RestoreCheck;
import io.virtnbd.camel.option.TransferOptions;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.Level;
import io.virtnbd.engine.machine.MachineOptions;
import io.virtnbd.engine.restore.ImageFormat;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Locale;
import java.util.Optional;

/** What one request asks for that restores: where to, and how. */
final class RestoreRequest {

    private final RequestOptions options;
    private final VirtNbdConfiguration configuration;
    private final TransferOptions transfer;

    RestoreRequest(RequestOptions options) {
        this.options = options;
        this.configuration = options.configuration();
        this.transfer = new TransferOptions(options);
    }

    RequestOptions options() {
        return options;
    }

    Optional<Path> image() {
        return options.text(VirtNbdConstants.IMAGE, configuration.getImage()).map(Path::of);
    }

    /** @throws IllegalArgumentException if there is more than one target */
    void requireOneTarget() {
        if (image().isPresent() && options.nbdUri().isPresent()) {
            throw new IllegalArgumentException("image and nbdUri are both set, expected one: a restore has one target");
        }
    }

    /** What is checked before the first write. */
    RestoreCheck check() {
        return options.value(VirtNbdConstants.CHECK, RestoreCheck.class, configuration.getCheck());
    }

    boolean overwrite() {
        return options.value(VirtNbdConstants.OVERWRITE, Boolean.class, configuration.isOverwrite());
    }

    MachineOptions machine() {
        return new MachineOptions(configuration.isStart(), options.text(VirtNbdConstants.NEW_NAME, configuration.getNewName()),
                Optional.ofNullable(configuration.getNewUuid()), configuration.isOverwriteDomain(), overwrite(),
                configuration.getMissingDisks().policy());
    }

    /** The format that was asked for. */
    Optional<ImageFormat> format() {
        return options.text(VirtNbdConstants.FORMAT, configuration.getFormat()).map(format -> switch (format) {
            case "qcow2" -> ImageFormat.QCOW2;
            case "raw" -> ImageFormat.RAW;
            default -> throw new IllegalArgumentException("format is '" + format + "', expected qcow2 or raw");
        });
    }

    /** The format for an image of that name. */
    private ImageFormat format(Path image) {
        String name = image.getFileName().toString().toLowerCase(Locale.ROOT);
        return format().orElse(name.endsWith(".raw") || name.endsWith(".img") ? ImageFormat.RAW : ImageFormat.QCOW2);
    }

    /** The image of a disk in a directory. The name of the disk comes from a stream: it must not lead elsewhere. */
    Path image(Path directory, String disk) {
        BackupFileNames.stream(disk, Level.COPY, "", 0);
        ImageFormat format = format().orElse(ImageFormat.QCOW2);
        return directory.resolve(disk + "." + format.name().toLowerCase(Locale.ROOT));
    }

    /** The directory to create images in. */
    Path directory() {
        return options.directory().orElseThrow(() -> new IllegalArgumentException(
                "restore needs a target: the option image, nbdUri or directory, or a header for it"));
    }

    RestoreOptions to(Path image) throws GeneralSecurityException, IOException {
        return restore(RestoreOptions.toImage(image, format(image)).withOverwrite(overwrite()));
    }

    RestoreOptions to(NbdUri uri) throws GeneralSecurityException, IOException {
        return restore(RestoreOptions.toExport(uri));
    }

    private RestoreOptions restore(RestoreOptions target) throws GeneralSecurityException, IOException {
        return target.withClient(transfer.client()).withProgress(transfer.progress()).withResume(configuration.isResume())
                .withVerify(configuration.isVerify())
                .withJournal(journal().orElse(null));
    }

    /** The file that keeps how far a restore has come, where it was named. */
    Optional<Path> journal() {
        return Optional.ofNullable(configuration.getJournal()).filter(file -> !file.isBlank()).map(Path::of);
    }
}
