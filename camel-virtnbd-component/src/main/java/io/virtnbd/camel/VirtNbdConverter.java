/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.camel.delivery.ArtifactBody;
import io.virtnbd.camel.delivery.BackupBody;
import io.virtnbd.camel.delivery.RepeatedBackup;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Converter;
import org.apache.camel.Exchange;
import org.apache.camel.support.MessageHelper;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.camel.util.IOHelper;

/** Converts the bodies of a backup's messages. */
@Converter(generateBulkLoader = true)
public final class VirtNbdConverter {

    private VirtNbdConverter() {
    }

    /** Opens the artifact. A stream that the receiver forgets to close is closed when the exchange is done. */
    @Converter
    public static InputStream toInputStream(ArtifactBody body, Exchange exchange) throws IOException {
        InputStream stream = body.open(exchange);
        if (exchange != null) {
            exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                @Override
                public void onDone(Exchange done) {
                    IOHelper.close(stream);
                }
            });
        }
        return stream;
    }

    /** Everything but whole disks. */
    @Converter
    public static byte[] toByteArray(ArtifactBody body, Exchange exchange) throws IOException {
        return body.bytes(exchange);
    }

    /** Everything but whole disks. */
    @Converter
    public static ByteBuffer toByteBuffer(ArtifactBody body, Exchange exchange) throws IOException {
        return ByteBuffer.wrap(body.bytes(exchange));
    }

    /** Texts only: Camel's fallback would deliver a description in place of a disk. */
    @Converter
    public static String toString(ArtifactBody body, Exchange exchange) throws IOException {
        if (isShown()) {
            return body.toString();
        }
        if (!body.isText()) {
            throw new IllegalStateException(body.name() + " is not text and is not converted to a String; read it as bytes or"
                    + " as an InputStream");
        }
        return new String(body.bytes(exchange), StandardCharsets.UTF_8);
    }

    /**
     * Whether the body is wanted for a log or a trace. There the content does not belong (a domain's XML can have passwords),
     * and having been shown there is no delivery. Camel tells the converter in no other way.
     */
    private static boolean isShown() {
        return StackWalker.getInstance().walk(frames -> frames.anyMatch(frame ->
                frame.getClassName().equals(MessageHelper.class.getName())
                        && (frame.getMethodName().endsWith("ForLogging") || frame.getMethodName().startsWith("dumpAs"))));
    }

    /** Never, as with a backup: a route that forgets to split it must not store a description just because it was made before. */
    @Converter
    public static String toString(RepeatedBackup body, Exchange exchange) {
        throw new IllegalStateException(body + ", has no messages and is not converted to a String; split the body");
    }

    /** Never: Camel's fallback would deliver a description in place of a backup. */
    @Converter
    public static String toString(BackupBody body, Exchange exchange) {
        throw new IllegalStateException(body + " has several messages and is not converted to a String; split the body");
    }
}
