/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.virtnbd.camel.RouteTestSupport;
import io.virtnbd.camel.event.VerificationCompletedEvent;
import io.virtnbd.camel.event.VerificationEvent;
import io.virtnbd.camel.event.VerificationFailedEvent;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.chain.ChainException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What routes and event notifiers are told of a verification. */
class VerifyReportTest extends RouteTestSupport {

    private final List<VerificationEvent> events = new CopyOnWriteArrayList<>();
    private Path set;

    @BeforeEach
    void backUp() throws Exception {
        set = directory.resolve("store/web1");
        context().getManagementStrategy().addEventNotifier(new SimpleEventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) {
                if (event instanceof VerificationEvent verification) {
                    events.add(verification);
                }
            }
        });
        routes(routes -> {
            routes.from("direct:segments").to(backup("unit=segment&segmentSize=64k"))
                    .split().body().streaming().stopOnException().to("file:" + set);
            routes.from("direct:disk").to(backup("compression=none"))
                    .split().body().streaming().stopOnException().to("file:" + directory.resolve("store/web2"));
        });
        assertThat(template().send("direct:segments", exchange -> { }).getException()).isNull();
    }

    private Exchange verify(String options) {
        return template().send("virtnbd:verify?directory=" + options, exchange -> { });
    }

    private static JsonNode json(Object report) {
        return new ObjectMapper().valueToTree(report);
    }

    private void damage() throws IOException {
        Path file = set.resolve("vda.copy.00003.data");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        Files.delete(set.resolve("vmconfig.virtnbd.0.xml"));
    }

    @Test
    void saysWhatWasCheckedOfEachStream() {
        JsonNode report = json(verify(set.toString()).getMessage().getBody());

        assertThat(report.at("/status").asText()).isEqualTo("whole");
        assertThat(report.at("/domain").asText()).isEqualTo("web1");
        assertThat(report.at("/problems")).isEmpty();
        assertThat(report.at("/disks/vda/0/checks")).extracting(JsonNode::asText)
                .containsExactly("size", "end", "structure", "sha256");
        assertThat(report.at("/disks/vda/0/contentChecked").asBoolean()).isTrue();
        assertThat(report.at("/bytesRead").asLong()).isPositive().isEqualTo(report.at("/streamBytes").asLong());
        assertThat(report.at("/seconds").asDouble()).isPositive();
    }

    @Test
    void saysThatTheContentOfALooseStreamWasNotChecked() {
        JsonNode report = json(template().send("virtnbd:verify", exchange ->
                exchange.getMessage().setBody(set.resolve("vda.copy.00000.data"))).getMessage().getBody());

        assertThat(report.at("/contentChecked").isBoolean()).isTrue();
        assertThat(report.at("/contentChecked").asBoolean()).isFalse();
        assertThat(report.at("/checks")).extracting(JsonNode::asText).containsExactly("end", "structure");
    }

    @Test
    void failsWithAllThatIsWrong() throws Exception {
        damage();

        Exception failure = verify(set.toString()).getException();

        assertThat(failure).isInstanceOf(DamagedBackupsException.class).hasMessageContaining("vda.copy.00003.data")
                .hasMessageContaining("vmconfig.virtnbd.0.xml");
        JsonNode report = json(((DamagedBackupsException) failure).getReport());
        assertThat(report.at("/problemCount").asInt()).isEqualTo(2);
        assertThat(report.at("/problems/0/problem").asText()).isEqualTo("damaged");
        assertThat(report.at("/problems/0/file").asText()).isEqualTo("vda.copy.00003.data");
        assertThat(report.at("/problems/0/expected").asText()).startsWith("SHA-256 ");
        assertThat(report.at("/problems/1/problem").asText()).isEqualTo("missing");
        assertThat(json(copy((DamagedBackupsException) failure).getReport())).isEqualTo(report);
    }

    private static DamagedBackupsException copy(DamagedBackupsException exception) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(exception);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (DamagedBackupsException) in.readObject();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&recursive=true"})
    void leavesTheReportInTheBodyWhereDamageIsNoFailure(String options) throws Exception {
        damage();

        Exchange exchange = verify(set + "&failOnDamage=false" + options);

        assertThat(exchange.getException()).isNull();
        assertReport(exchange).containsEntry("status", "damaged").containsEntry("problemCount", 2L);
        assertThat(events).singleElement().isInstanceOf(VerificationFailedEvent.class);
    }

    @Test
    void namesTheDirectoryOfEachProblemInAStore() throws Exception {
        assertThat(template().send("direct:disk", exchange -> { }).getException()).isNull();
        damage();

        JsonNode report = json(((DamagedBackupsException) verify(set.getParent() + "&recursive=true").getException())
                .getReport());

        assertThat(report.at("/problems")).hasSize(2).allMatch(problem -> problem.at("/directory").asText().equals(set.toString()));
        assertThat(report.at("/verified")).hasSize(1);
        assertThat(report.at("/failed")).hasSize(1);
    }

    @Test
    void keepsNothingOfSingleStreamsOfAStore() throws Exception {
        assertThat(template().send("direct:disk", exchange -> { }).getException()).isNull();

        JsonNode sets = json(verify(set.getParent() + "&recursive=true").getMessage().getBody()).at("/verified");

        JsonNode segments = sets.get(set.toString());
        JsonNode disk = sets.get(set.resolveSibling("web2").toString());
        assertThat(segments.at("/streams").asInt()).isGreaterThan(10);
        assertThat(disk.at("/streams").asInt()).isEqualTo(1);
        assertThat(segments.toString().length()).isCloseTo(disk.toString().length(), org.assertj.core.data.Offset.offset(40));
    }

    @Test
    void tellsOfTheEndByEvents() throws Exception {
        verify(set.toString());
        damage();
        verify(set.toString());
        verify(directory.resolve("none").toString());

        assertThat(events).hasSize(3);
        assertThat(events.get(0)).isInstanceOfSatisfying(VerificationCompletedEvent.class, event -> {
            assertThat(event.getSummary().domains()).containsExactly("web1");
            assertThat(event.getSummary().sets()).isEqualTo(1);
            assertThat(event.getSummary().streamsRead()).isEqualTo(event.getSummary().streams()).isPositive();
            assertThat(event.getSummary().problems()).isZero();
            assertThat(event.getTimestamp()).isPositive();
        });
        assertThat(events.get(1)).isInstanceOfSatisfying(VerificationFailedEvent.class, event -> {
            assertThat(event.getSummary().orElseThrow().problems()).isEqualTo(2);
            assertThat(event.getCause()).isInstanceOf(DamagedBackupsException.class);
        });
        assertThat(events.get(2)).isInstanceOfSatisfying(VerificationFailedEvent.class, event -> {
            assertThat(event.getSummary()).isEmpty();
            assertThat(event.getCause()).isInstanceOf(ChainException.class);
        });
    }

    @Test
    void readsTheStreamsOfAListAroundADamagedOne() throws Exception {
        damage();

        Exception failure = template().send("virtnbd:verify", exchange -> exchange.getMessage().setBody(List.of(
                set.resolve("vda.copy.00000.data"), new byte[] {1, 2}, set.resolve("vda.copy.00001.data")))).getException();

        JsonNode report = json(((DamagedBackupsException) failure).getReport());
        assertThat(report.at("/streams")).extracting(stream -> stream.at("/status").asText())
                .containsExactly("whole", "damaged", "whole");
        assertThat(report.at("/streams/1/problems/0/problem").asText()).isEqualTo("truncated");
    }

    @Test
    void readsAPartOfAStoreInEachRun() throws Exception {
        assertThat(template().send("direct:disk", exchange -> { }).getException()).isNull();
        String options = set.getParent() + "&recursive=true&percent=50&stateFile=" + directory.resolve("state");

        JsonNode first = json(verify(options).getMessage().getBody());
        JsonNode second = json(verify(options).getMessage().getBody());

        assertThat(first.at("/coverage/neverVerified").asInt()).isEqualTo(1);
        assertThat(first.at("/coverage/runsForAll").asInt()).isEqualTo(2);
        assertThat(second.at("/coverage/neverVerified").asInt()).isZero();
        assertThat(second.at("/coverage/oldestVerification").asText()).endsWith("Z");
        long all = first.at("/streamBytes").asLong();
        assertThat(first.at("/bytesRead").asLong() + second.at("/bytesRead").asLong()).isEqualTo(all);
        assertThat(first.at("/verified").findValues("unread")).filteredOn(unread -> !unread.isEmpty()).hasSize(1);
    }

    @Test
    void refusesARequestForAPartOfTheChainsWhereAllOfThemAreRead() {
        Exchange exchange = template().send("virtnbd:verify?percent=50&directory=" + set,
                request -> request.getMessage().setHeader(VirtNbdConstants.DISK, "vda"));

        assertThat(exchange.getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("percent is set with disk or until");
    }
}
