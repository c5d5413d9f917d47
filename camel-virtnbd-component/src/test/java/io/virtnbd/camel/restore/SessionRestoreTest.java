/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.RouteTestSupport;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.engine.restore.IncompleteChainException;
import io.virtnbd.engine.restore.RestoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Restores with completion=chain: each message brings a part. */
class SessionRestoreTest extends RouteTestSupport {

    private record Part(Map<String, Object> headers, byte[] body) {
    }

    private Path image;

    @BeforeEach
    void name() {
        image = directory.resolve("out/disk.raw");
    }

    /** Everything that a backup delivers. */
    private List<Part> parts(String options) throws Exception {
        List<Part> parts = new ArrayList<>();
        routes(routes -> routes.from("direct:start").to(backup(options)).split().body().streaming().stopOnException()
                .process(exchange -> {
                    Message message = exchange.getMessage();
                    byte[] body = message.getMandatoryBody(InputStream.class).readAllBytes();
                    parts.add(new Part(Map.copyOf(message.getHeaders()), body));
                }));
        assertThat(send().getException()).isNull();
        return parts;
    }

    private Exchange restore(String options, Part part) {
        return template().send("virtnbd:restore?completion=chain&image=" + image + options, exchange -> {
            exchange.getMessage().setHeaders(new HashMap<>(part.headers()));
            exchange.getMessage().setBody(part.body());
        });
    }

    private static Object report(Exchange exchange, String key) {
        assertThat(exchange.getException()).isNull();
        return exchange.getMessage().getBody(Map.class).get(key);
    }

    private void assertRestored() throws IOException {
        assertThat(Files.readAllBytes(image)).isEqualTo(disk.content());
        assertThat(image.getParent().toFile().list()).containsExactly("disk.raw");
    }

    @Test
    void segmentsInAnyOrderAreCompleteWithTheLastOfTheWantedCheckpointAndWithItsManifest() throws Exception {
        List<Part> parts = parts("unit=segment&segmentSize=256k&compression=lz4");
        Part manifest = parts.remove(parts.size() - 1);
        Collections.shuffle(parts, new Random(1));
        for (Part part : parts) {
            assertThat(restore("&until=virtnbd.0", part).getException()).isNull();
        }
        // the last segment made it complete already
        assertRestored();
        assertThat(report(restore("&until=virtnbd.0", manifest), "complete")).isEqualTo(true);
        assertRestored();
    }

    @Test
    void aMessageWithTheHeaderCompletesARestoreAndRepetitionsAreSkipped() throws Exception {
        List<Part> parts = parts("unit=segment&segmentSize=256k");
        List<Part> segments = parts.stream().filter(part -> "segment".equals(part.headers().get(VirtNbdConstants.ARTIFACT))).toList();
        Part end = new Part(Map.of(VirtNbdConstants.COMPLETE, true), new byte[0]);
        for (Part part : parts) {
            assertThat(report(restore("", part), "complete")).isEqualTo(false);
            if (part == segments.get(0)) {
                assertThat(restore("", end).getException()).isInstanceOf(IncompleteChainException.class)
                        .hasMessageContaining("segment 1 of checkpoint virtnbd.0");
            }
        }
        assertThat(report(restore("", segments.get(0)), "applied")).isEqualTo(false);
        assertThat(image).doesNotExist();

        Exchange complete = restore("", end);

        assertThat(report(complete, "complete")).isEqualTo(true);
        assertThat(report(complete, "image")).isEqualTo(image.toString());
        assertThat(complete.getMessage().getHeader(VirtNbdConstants.COMPLETE)).isNull();
        assertRestored();
    }

    @Test
    void theManifestOfAnotherCheckpointCompletesNothing() throws Exception {
        List<Part> parts = parts("");
        for (Part part : parts) {
            assertThat(report(restore("", part), "complete")).isEqualTo(false);
        }
        Part manifest = parts.get(parts.size() - 1);
        assertThat(restore("&until=virtnbd.1", manifest).getException()).isNull();
        assertThat(image).doesNotExist();
        assertThat(report(restore("&until=virtnbd.0", manifest), "complete")).isEqualTo(true);
        assertRestored();
    }

    @Test
    void aSegmentThatWasChangedOnItsWayIsFoundByTheManifest() throws Exception {
        List<Part> parts = parts("unit=segment&segmentSize=256k");
        for (Part part : parts.subList(0, parts.size() - 1)) {
            byte[] body = part.body().clone();
            if (part == parts.get(1)) {
                body[body.length - 100] ^= 1; // in the payload of the last data frame, or it is refused at once
            }
            restore("", new Part(part.headers(), body));
        }
        assertThat(image.resolveSibling("disk.raw.partial")).exists();

        Exchange manifest = restore("&until=virtnbd.0", parts.get(parts.size() - 1));

        assertThat(manifest.getException()).isInstanceOf(RestoreException.class).hasMessageContaining("expected SHA-256");
        assertThat(image.getParent().toFile().list()).isEmpty();
    }

    @Test
    void framesMakeUpADisk() throws Exception {
        List<Part> frames = parts("unit=frame").stream()
                .filter(part -> part.headers().containsKey(VirtNbdConstants.FRAME_KIND)).toList();
        assertThat(restore("", frames.get(1)).getException()).isInstanceOf(IncompleteChainException.class)
                .hasMessageContaining("the meta frame");
        // given up in the midst, and begun again
        for (Part frame : frames.subList(0, 3)) {
            assertThat(report(restore("&until=virtnbd.0", frame), "complete")).isEqualTo(false);
        }
        for (Part frame : frames) {
            assertThat(report(restore("&until=virtnbd.0", frame), "complete")).isEqualTo(frame == frames.get(frames.size() - 1));
        }
        assertRestored();
    }

    @Test
    void aParallelSplitOfABackupRestoresItWhileItIsMade() throws Exception {
        routes(routes -> routes.from("direct:start").to(backup("unit=segment&segmentSize=256k&compression=lz4"))
                .split().body().streaming().stopOnException().parallelProcessing()
                .to("virtnbd:restore?completion=chain&image=" + image).end()
                .setBody(routes.constant("")).setHeader(VirtNbdConstants.COMPLETE, routes.constant(true))
                .to("virtnbd:restore?completion=chain&image=" + image));

        Exchange exchange = send();

        assertThat(report(exchange, "complete")).isEqualTo(true);
        assertRestored();
    }

    @Test
    void aStoppedContextLeavesARestoreThatGoesOn() throws Exception {
        List<Part> parts = parts("unit=segment&segmentSize=256k");
        assertThat(report(restore("", parts.get(0)), "complete")).isEqualTo(false);

        context().getComponent("virtnbd").stop();

        assertThat(image.getParent().toFile().list())
                .containsExactlyInAnyOrder("disk.raw.partial", "disk.raw.partial.journal");
        context().getComponent("virtnbd").start();
        assertThat(report(restore("", parts.get(0)), "applied")).isEqualTo(false);
    }

    @Test
    void aManifestThatComesFirstIsRemembered() throws Exception {
        List<Part> parts = parts("");
        Part manifest = parts.remove(parts.size() - 1);
        assertThat(restore("", manifest).getException()).isNull();
        byte[] body = parts.get(0).body().clone();
        body[body.length - 100] ^= 1;

        assertThat(restore("&until=virtnbd.0", new Part(parts.get(0).headers(), body)).getException())
                .isInstanceOf(RestoreException.class).hasMessageContaining("expected SHA-256");
        assertThat(image.getParent().toFile().list()).isEmpty();
        assertThat(report(restore("&until=virtnbd.0", parts.get(0)), "complete")).isEqualTo(true);
        assertRestored();
    }
}
