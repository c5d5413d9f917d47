/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.engine.ProgressListener;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where a disk is restored to.
 *
 * @param image     the image file to make, or null when {@code nbdUri} is given
 * @param format    format of the image file
 * @param overwrite whether an image that is there already is replaced, once the new one is whole
 * @param nbdUri    the writable export to write to, at least as large as the disk, or null when {@code image} is given
 * @param client    how to connect to the export
 * @param progress  is told what has been restored of all streams together
 */
public record RestoreOptions(Path image, ImageFormat format, boolean overwrite, NbdUri nbdUri, NbdClientOptions client,
                             ProgressListener progress) {

    public RestoreOptions {
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(progress, "progress");
        if ((image == null) == (nbdUri == null)) {
            throw new IllegalArgumentException("a restore goes either to an image or to an NBD export: image is " + image
                    + ", nbdUri is " + nbdUri);
        }
    }

    /** A restore to an image file. */
    public static RestoreOptions toImage(Path image, ImageFormat format) {
        return new RestoreOptions(image, format, false, null, NbdClientOptions.defaults(), ProgressListener.NONE);
    }

    /** A restore to an NBD export. */
    public static RestoreOptions toExport(NbdUri uri) {
        return new RestoreOptions(null, ImageFormat.RAW, false, uri, NbdClientOptions.defaults(), ProgressListener.NONE);
    }

    public RestoreOptions withOverwrite(boolean value) {
        return new RestoreOptions(image, format, value, nbdUri, client, progress);
    }

    public RestoreOptions withClient(NbdClientOptions value) {
        return new RestoreOptions(image, format, overwrite, nbdUri, value, progress);
    }

    public RestoreOptions withProgress(ProgressListener value) {
        return new RestoreOptions(image, format, overwrite, nbdUri, client, value);
    }
}
