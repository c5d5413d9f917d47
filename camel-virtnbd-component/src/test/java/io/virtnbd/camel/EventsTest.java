/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.event.BackupCompletedEvent;
import io.virtnbd.camel.event.BackupEvent;
import io.virtnbd.camel.event.BackupFailedEvent;
import io.virtnbd.camel.event.BackupProgressEvent;
import io.virtnbd.camel.event.BackupStartedEvent;
import io.virtnbd.camel.event.BackupSummary;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What event notifiers are told of a backup. */
class EventsTest extends DomainTestSupport {

    private void backUp(String options) throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1" + options).split().body().streaming()
                .stopOnException().process(this::deliver));
        assertThat(send().getException()).isNull();
    }

    private List<BackupProgressEvent> progress(String disk) {
        return events.stream().filter(BackupProgressEvent.class::isInstance).map(BackupProgressEvent.class::cast)
                .filter(event -> event.getDisk().equals(disk)).toList();
    }

    @Test
    void tellOfTheBeginningTheProgressAndTheEnd() throws Exception {
        listen();

        backUp("");

        assertThat(events).allSatisfy(event -> {
            assertThat(event.getDomain()).isEqualTo("vm1");
            assertThat(event.getType()).isEqualTo(CamelEvent.Type.Custom);
            assertThat(event.getSource()).isSameAs(context());
            assertThat(event.getTimestamp()).isPositive();
        });
        assertThat(events.get(0)).isInstanceOfSatisfying(BackupStartedEvent.class, event -> {
            assertThat(event.getBackup()).isEqualTo(host.last().description());
            assertThat(event.getDisks()).containsExactly("vda", "vdb");
        });
        assertThat(events.get(events.size() - 1)).isInstanceOfSatisfying(BackupCompletedEvent.class, event -> {
            BackupSummary summary = event.getSummary();
            assertThat(event.getDisks()).containsExactly("vda", "vdb");
            assertThat(summary.streamBytes())
                    .isEqualTo(delivered.get(ARTIFACTS.get(0)).length + delivered.get(ARTIFACTS.get(1)).length);
            assertThat(summary.dataBytes()).isPositive().isLessThan(summary.streamBytes());
            assertThat(summary.dataFrames()).isPositive();
            assertThat(summary.zeroFrames()).isPositive();
            assertThat(summary.duration()).isPositive();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?unit=segment&segmentSize=64k", "?unit=frame&requestSize=64k"})
    void tellOnceThatADiskIsCompleteAndNotOfEachPiece(String options) throws Exception {
        listen();

        backUp(options);

        for (String disk : List.of("vda", "vdb")) {
            assertThat(progress(disk)).hasSizeLessThan(10).last()
                    .satisfies(event -> assertThat(event.getDone()).isPositive().isEqualTo(event.getTotal()));
            assertThat(progress(disk)).filteredOn(event -> event.getDone() == event.getTotal()).hasSize(1);
        }
    }

    @Test
    void tellOfAFailureOnce() throws Exception {
        listen();
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                .throwException(new IOException("no space left")));

        send();

        assertThat(events).hasSize(2);
        assertThat(events.get(1)).isInstanceOfSatisfying(BackupFailedEvent.class, event -> {
            assertThat(event.getBackup()).contains(host.last().description());
            assertThat(event.getCause()).hasMessageContaining("the delivery of vda.inc.virtnbd.1.data failed")
                    .hasRootCauseMessage("no space left");
        });
    }

    @Test
    void doNoHarmWhereANotifierFails() throws Exception {
        SimpleEventNotifierSupport broken = new SimpleEventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) {
                if (event instanceof BackupEvent) {
                    throw new IllegalStateException("out of order");
                }
            }
        };
        broken.start();
        context().getManagementStrategy().addEventNotifier(broken);
        listen();

        backUp("");

        assertCommitted(host.last());
        assertThat(events).hasAtLeastOneElementOfType(BackupCompletedEvent.class);
    }

    @Test
    void haveASummaryThatCanBeRead() {
        assertThat(new BackupSummary(Duration.ofMillis(2500), 5 << 20, 6 << 20, 12, 3))
                .hasToString("5.0 MiB in 12 data and 3 zero frames, 6.0 MiB of streams, 2.5 s, 2.0 MiB/s");
    }
}
