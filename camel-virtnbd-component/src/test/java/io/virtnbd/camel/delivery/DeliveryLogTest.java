/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DeliveryLogTest {

    private static final long FOREVER = 60_000;

    private final DeliveryLog log = new DeliveryLog("backup b.0 of web1", () -> { });
    private final ArtifactDelivery disk = log.add("vda.copy.data", ArtifactKind.DISK, "vda");
    private final ArtifactDelivery manifest = log.add("web1.b.0.json", ArtifactKind.MANIFEST, null);

    @Test
    void listsWhatWasReadButNotTheManifest() throws IOException {
        log.begun(disk);
        log.read(disk, 5, new byte[32]);
        log.ended(disk);
        log.begun(manifest);

        assertThat(log.entries(0)).singleElement().satisfies(entry -> {
            assertThat(entry.name()).isEqualTo("vda.copy.data");
            assertThat(entry.bytes()).isEqualTo(5);
            assertThat(entry.sha256()).isEqualTo("0".repeat(64));
        });
    }

    @Test
    void theLastReadingCounts() throws IOException {
        log.read(disk, 5, null);
        log.read(disk, 7, null);

        assertThat(log.entries(0).get(0).bytes()).isEqualTo(7);
    }

    @Test
    void refusesWhatWasNotReadToItsEnd() {
        for (int i = 0; i < 7; i++) {
            log.add("vda.copy.0000" + i + ".data", ArtifactKind.SEGMENT, "vda");
        }

        assertThatThrownBy(() -> log.entries(FOREVER)).isInstanceOf(IncompleteBackupException.class)
                .hasMessageStartingWith("backup b.0 of web1 is incomplete: expected every artifact to be read to its end,"
                        + " found not: vda.copy.data, vda.copy.00000.data").hasMessageEndingWith("and 3 more");
    }

    @Test
    void waitsForWhatIsOnItsWay() throws Exception {
        log.begun(disk);
        CompletableFuture<List<?>> entries = CompletableFuture.supplyAsync(() -> {
            try {
                return log.entries(FOREVER);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(entries).isNotDone();

        log.read(disk, 5, null);
        assertThat(entries).isNotDone();
        log.ended(disk);

        assertThat(entries.get()).hasSize(1);
    }

    @Test
    void saysWhatHasFailedAndWhatThatComesFrom() {
        assertThat(log.failed("x failed", new IOException("cannot store x", new IOException("no space left")), false))
                .hasMessage("backup b.0 of web1 is incomplete: x failed: cannot store x: no space left");
    }

    @Test
    void saysAReasonOnce() {
        assertThat(log.failed("x failed", new IOException("cannot store x: full", new IOException("full")), false))
                .hasMessageEndingWith("x failed: cannot store x: full");
    }

    @Test
    void saysWhatKindOfFailureItIsWhereThatSaysNothing() {
        assertThat(log.failed("x failed", new IllegalStateException(), false))
                .hasMessageEndingWith("x failed: java.lang.IllegalStateException");
    }

    @Test
    void doesNotWaitForever() {
        log.begun(disk);
        log.read(disk, 5, null);

        assertThatThrownBy(() -> log.entries(1)).isInstanceOf(IncompleteBackupException.class)
                .hasMessageContaining("within 1 ms (manifestTimeout), found still on their way: vda.copy.data");
    }

    @Test
    void aFailureEndsTheWaiting() {
        log.begun(disk);
        log.failed(disk, new IOException("no space left"), false);

        assertThatThrownBy(() -> log.entries(FOREVER)).isInstanceOf(IncompleteBackupException.class)
                .hasMessageContaining("the delivery of vda.copy.data failed").hasRootCauseMessage("no space left");
    }

    @Test
    void anInterruptEndsTheWaiting() {
        log.begun(disk);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> log.entries(FOREVER)).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aHiddenFailureIsToldOnce() {
        log.failed(disk, new IOException("first"), true);
        log.failed(disk, new IOException("second"), true);

        assertThat(log.takeHiddenFailure()).hasRootCauseMessage("first");
        assertThat(log.takeHiddenFailure()).isNull();
        assertThat(log.failure()).isNotNull();
    }
}
