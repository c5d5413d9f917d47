/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.virtnbd.routes.server.ArtemisServer;
import io.virtnbd.testing.RequiresTools;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The requests over JMS of the README, with a client that knows nothing of Camel. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class JmsBackupRequestsIT extends JobTestSupport {

    private static final long REPLY_MILLIS = 60_000;

    private final List<String> succeeded = new CopyOnWriteArrayList<>();
    private final List<String> failed = new CopyOnWriteArrayList<>();
    private final AtomicInteger faults = new AtomicInteger();
    private volatile String failing = "";
    private ArtemisServer broker;
    private Connection connection;
    private Session session;
    private Queue replies;

    @BeforeEach
    void startBroker() throws Exception {
        broker = new ArtemisServer(directory);
        connection = broker.connectionFactory().createConnection();
        connection.start();
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        replies = session.createQueue("replies");
    }

    @AfterEach
    void stopBroker() throws Exception {
        stopPrograms();
        connection.close();
        broker.close();
    }

    private ReadmeExample example() throws Exception {
        return ReadmeExample.of("virtnbd-jms-backup-requests").with("directory=/backups", "directory=" + backups)
                .parameter("onSuccess", "direct:success").parameter("onFailure", "direct:failure");
    }

    private CamelContext start(ReadmeExample example) throws Exception {
        return run(example, main -> main.bind("connectionFactory", broker.connectionFactory()), new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:success").process(exchange -> succeeded.add(exchange.getMessage().getBody(String.class)));
                from("direct:failure").process(exchange -> failed.add(exchange.getMessage().getBody(String.class)));
                from("direct:faulty").errorHandler(noErrorHandler()).process(exchange -> {
                    if (exchange.getMessage().getHeader("CamelFileName", "", String.class).contains(failing)
                            && faults.getAndDecrement() > 0) {
                        throw new IOException("no space left");
                    }
                }).to("file:" + backups + "?fileName=${header.CamelVirtNbdDomain}/${header.CamelVirtNbdChain}/${file:name}"
                        + "&fileExist=Fail&tempPrefix=.incomplete-&eagerDeleteTargetFile=false");
            }
        });
    }

    private void send(String body, Map<String, String> properties) throws JMSException {
        Message request = body == null ? session.createMessage() : session.createTextMessage(body);
        for (Map.Entry<String, String> property : properties.entrySet()) {
            request.setStringProperty(property.getKey(), property.getValue());
        }
        request.setJMSReplyTo(replies);
        request.setJMSCorrelationID("c1");
        session.createProducer(session.createQueue("backup-requests")).send(request);
    }

    private JsonNode reply() throws Exception {
        try (MessageConsumer consumer = session.createConsumer(replies)) {
            TextMessage reply = (TextMessage) consumer.receive(REPLY_MILLIS);
            assertThat(reply).isNotNull();
            assertThat(reply.getJMSCorrelationID()).isEqualTo("c1");
            return result(reply.getText());
        }
    }

    private TextMessage dead() throws JMSException {
        try (MessageConsumer consumer = session.createConsumer(session.createQueue("backup-requests.dead"))) {
            return (TextMessage) consumer.receive(5_000);
        }
    }

    private long left(String queue) throws JMSException {
        try (var browser = session.createBrowser(session.createQueue(queue))) {
            long count = 0;
            for (Enumeration<?> messages = browser.getEnumeration(); messages.hasMoreElements(); count++) {
                messages.nextElement();
            }
            return count;
        }
    }

    @Test
    void aRequestInJsonMakesABackupAndAReply() throws Exception {
        CamelContext camel = start(example());
        send("{\"requestId\": \"r1\", \"domain\": \"" + domain.name() + "\"}", Map.of());
        JsonNode reply = reply();

        assertThat(reply.path("requestId").asText()).isEqualTo("r1");
        assertThat(reply.path("status").asText()).as("%s", reply).isEqualTo("completed");
        assertThat(reply.path("domain").asText()).isEqualTo(domain.name());
        assertThat(reply.path("level").asText()).isEqualTo("full");
        assertThat(checkpoints()).containsExactly("virtnbd.0");
        assertThat(manifests()).isOne();
        assertThat(succeeded).hasSize(1);
        assertRestores(camel, backups, "virtnbd.0");
    }

    @Test
    void aRequestInHeadersMakesABackupAndNoHeaderOfCamelCountsFromOutside() throws Exception {
        start(example());
        send(null, Map.of("domain", domain.name(), "level", "copy", "CamelVirtNbdNbdUri", "nbd://127.0.0.1:1/x",
                "CamelVirtNbdCompression", "lz4", "CamelFileName", "../evil"));
        JsonNode reply = reply();

        assertThat(reply.path("status").asText()).as("%s", reply).isEqualTo("completed");
        assertThat(reply.path("level").asText()).isEqualTo("copy");
        assertThat(reply.path("requestId").asText()).startsWith("ID:");
        assertThat(files()).allMatch(file -> file.startsWith(domain.name() + "/"));
    }

    @Test
    void theSameRequestMakesOneBackup() throws Exception {
        start(example());
        String request = "{\"requestId\": \"r1\", \"domain\": \"" + domain.name() + "\"}";
        send(request, Map.of());
        send(request, Map.of());
        JsonNode first = reply();
        JsonNode second = reply();

        assertThat(first.path("status").asText()).isEqualTo("completed");
        assertThat(second.path("status").asText()).isEqualTo("duplicate");
        for (String member : List.of("requestId", "domain", "level", "checkpoint", "parentCheckpoint", "chain")) {
            assertThat(second.path(member)).as(member).isEqualTo(first.path(member));
        }
        assertThat(checkpoints()).containsExactly("virtnbd.0");
        assertThat(manifests()).isOne();
    }

    @Test
    void segmentsAreDeliveredSideBySide() throws Exception {
        CamelContext camel = start(example().parameter("parallelProcessing", true).parameter("unit", "segment")
                .parameter("segmentSize", "64k").parameter("compression", "lz4"));
        send(null, Map.of("domain", domain.name()));
        JsonNode reply = reply();

        assertThat(reply.path("status").asText()).as("%s", reply).isEqualTo("completed");
        assertThat(files()).hasSizeGreaterThan(40);
        assertRestores(camel, backups, "virtnbd.0");
    }

    @Test
    void twoRequestsForADomainQueueUp() throws Exception {
        start(example().parameter("concurrency", 2));
        send(null, Map.of("domain", domain.name()));
        send(null, Map.of("domain", domain.name()));

        assertThat(List.of(reply().path("status").asText(), reply().path("status").asText()))
                .containsExactly("completed", "completed");
        assertThat(manifests()).isEqualTo(2);
    }

    @Test
    void whatIsWrongIsRejectedAtOnceAndKept() throws Exception {
        start(example());
        Map<String, String> wrong = Map.of(
                "{\"domain\": ", "Unexpected",
                "{\"domain\": \"vm\"}\n{\"domain\": \"vm2\"}", "Trailing",
                "{\"domain\": \"vm\", \"levle\": \"full\"}", "levle",
                "{\"domain\": \"vm\", \"level\": \"whole\"}", "level",
                "{\"level\": \"full\"}", "domain",
                "{\"domain\": \"vm\\nBcc: all\"}", "domain",
                "{\"domain\": \"vm\", \"requestId\": \"a\\r\\nb\"}", "requestId",
                "{\"domain\": \"no-such-domain\"}", "no-such-domain",
                "{\"domain\": \"" + domain.name() + "\", \"level\": \"inc\"}", "level=inc",
                "{\"domain\": \"" + domain.name() + "\", \"disks\": \"vdx\"}", "vdx");
        for (Map.Entry<String, String> request : wrong.entrySet()) {
            send(request.getKey(), Map.of());
            JsonNode reply = reply();
            assertThat(reply.path("status").asText()).as("%s", reply).isEqualTo("rejected");
            assertThat(reply.path("error").asText()).contains(request.getValue());
            TextMessage dead = dead();
            assertThat(dead.getText()).isEqualTo(request.getKey());
            assertThat(dead.getStringProperty("reason")).contains(request.getValue()).doesNotContain("\n");
        }
        assertThat(failed).hasSameSizeAs(wrong.entrySet());
        assertThat(succeeded).isEmpty();
        assertThat(files()).isEmpty();
        assertThat(checkpoints()).isEmpty();
        assertThat(left("backup-requests")).isZero();
        assertThat(left(ArtemisServer.DEAD_LETTERS)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct:faulty", "kamelet:test-faulty-sink"})
    void aDeliveryThatFailsIsTriedAgain(String sink) throws Exception {
        failing = "data";
        faults.set(2);
        CamelContext camel = start(example().parameter("sink", sink).parameter("redeliveryDelay", 1));
        send(null, Map.of("domain", domain.name()));
        JsonNode reply = reply();

        assertThat(reply.path("status").asText()).as("%s", reply).isEqualTo("completed");
        assertThat(faults).hasNegativeValue();
        assertThat(manifests()).isOne();
        assertRestores(camel, backups, "virtnbd.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct:faulty", "kamelet:test-faulty-sink"})
    void aDeliveryThatFailsForEverFailsTheBackupOnce(String sink) throws Exception {
        failing = "data";
        faults.set(1000);
        start(example().parameter("sink", sink).parameter("maximumRedeliveries", 2)
                .parameter("redeliveryDelay", 1));
        send(null, Map.of("domain", domain.name()));
        JsonNode reply = reply();

        assertThat(reply.path("status").asText()).isEqualTo("failed");
        assertThat(reply.path("error").asText()).contains("no space left");
        assertThat(faults).hasValue(997);
        assertThat(dead().getStringProperty("reason")).contains("no space left");
        assertThat(failed).hasSize(1);
        assertThat(manifests()).isZero();
        assertThat(checkpoints()).isEmpty();
        assertThat(left("backup-requests")).isZero();

        faults.set(0);
        send(null, Map.of("domain", domain.name()));
        assertThat(reply().path("status").asText()).isEqualTo("completed");
    }

    @Test
    void aSinkThatTakesNothingMakesNoBackup() throws Exception {
        start(example().parameter("sink", "log:nothing"));
        send(null, Map.of("domain", domain.name()));
        JsonNode reply = reply();

        assertThat(reply.path("status").asText()).isEqualTo("failed");
        assertThat(reply.path("error").asText()).contains("reads every message to its end");
        assertThat(checkpoints()).isEmpty();
    }

    @Test
    void aNotificationThatFailsDoesNotMakeTheBackupFail() throws Exception {
        start(example().parameter("onSuccess", "http://127.0.0.1:1/nobody"));
        send(null, Map.of("domain", domain.name()));

        assertThat(reply().path("status").asText()).isEqualTo("completed");
        assertThat(left("backup-requests")).isZero();
    }

    /** Nobody is told that it has failed: another program can carry it out. */
    @Test
    void aProgramThatIsStoppedGivesTheRequestBack() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CamelContext camel = start(example().parameter("sink", "direct:hanging"));
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:hanging").process(exchange -> {
                    reached.countDown();
                    new CountDownLatch(1).await();
                });
            }
        });
        camel.getShutdownStrategy().setTimeout(1);
        send(null, Map.of("domain", domain.name()));
        assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
        stopPrograms();

        assertThat(failed).isEmpty();
        assertThat(left("replies")).isZero();
        assertThat(left("backup-requests.dead")).isZero();
        assertThat(checkpoints()).isEmpty();
        start(example());
        assertThat(reply().path("status").asText()).isEqualTo("completed");
        assertThat(left("replies")).isZero();
    }

    /** It is killed when its backup counts, and before anybody is answered: the next one answers, once. */
    @ParameterizedTest
    @ValueSource(strings = {"during the backup", "before the reply"})
    void aProgramThatIsKilledLeavesTheRequestToTheNext(String when) throws Exception {
        Path marker = directory.resolve("reached");
        boolean during = when.startsWith("during");
        ReadmeExample killed = ReadmeExample.of("virtnbd-jms-backup-requests")
                .with("kamelet:virtnbd-file-sink?directory=/backups", during ? "direct:hanging"
                        : "kamelet:virtnbd-file-sink?directory=" + backups)
                .parameter("onSuccess", "direct:hanging");
        Path yaml = Files.writeString(directory.resolve("killed.yaml"), killed.toString());
        Process program = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), HangingProgram.class.getName(), yaml.toString(), broker.url(),
                marker.toString()).redirectErrorStream(true).redirectOutput(directory.resolve("killed.log").toFile()).start();
        try {
            send("{\"requestId\": \"r1\", \"domain\": \"" + domain.name() + "\"}", Map.of());
            await(() -> Files.exists(marker) || !program.isAlive());
            assertThat(program.isAlive()).as(Files.readString(directory.resolve("killed.log"))).isTrue();
            assertThat(manifests()).isEqualTo(during ? 0 : 1);
        } finally {
            program.destroyForcibly().waitFor();
        }
        assertThat(left("replies")).isZero();
        CamelContext camel = start(example());
        JsonNode reply = reply();

        assertThat(reply.path("status").asText()).isEqualTo(during ? "completed" : "duplicate");
        assertThat(reply.path("requestId").asText()).isEqualTo("r1");
        assertThat(manifests()).isOne();
        assertThat(checkpoints()).hasSize(1);
        assertThat(left("replies")).isZero();
        assertThat(left("backup-requests")).isZero();
        assertRestores(camel, backups, reply.path("chain").asText());
    }

    @Test
    void aRequestWithoutAReplyQueueIsCarriedOut() throws Exception {
        start(example());
        Message request = session.createMessage();
        request.setStringProperty("domain", domain.name());
        session.createProducer(session.createQueue("backup-requests")).send(request);

        await(() -> succeeded.size() == 1);
        assertThat(manifests()).isOne();
    }

    /** Nobody is answered before the request is where it can be found. */
    @Test
    void aDeadLetterThatFailsLosesNoRequest() throws Exception {
        faults.set(2);
        CamelContext camel = start(example().parameter("deadLetter", "direct:dead").parameter("maximumRedeliveries", 0));
        List<String> dead = new CopyOnWriteArrayList<>();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:dead").errorHandler(noErrorHandler()).process(exchange -> {
                    if (faults.getAndDecrement() > 0) {
                        throw new IOException("no space left");
                    }
                    dead.add(exchange.getMessage().getBody(String.class));
                });
            }
        });
        send("{\"domain\": \"no-such-domain\"}", Map.of());

        assertThat(reply().path("status").asText()).isEqualTo("rejected");
        assertThat(faults).hasNegativeValue();
        assertThat(dead).containsExactly("{\"domain\": \"no-such-domain\"}");
        assertThat(failed).hasSize(1);
        await(() -> left("backup-requests") == 0);
        assertThat(left("replies")).isZero();
    }
}
