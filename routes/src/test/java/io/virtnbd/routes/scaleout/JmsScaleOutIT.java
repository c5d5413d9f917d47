/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.scaleout;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.routes.server.ArtemisServer;
import io.virtnbd.testing.RequiresTools;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Workers that share a queue. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class JmsScaleOutIT extends ScaleOutTestSupport {

    private static final String REQUESTS = "backup-requests";

    private ArtemisServer broker;
    private JMSContext session;
    private Queue replies;
    private JMSConsumer consumer;
    private boolean grouped;

    @Override
    void startBroker() throws Exception {
        broker = new ArtemisServer(directory);
        session = broker.connectionFactory().createContext();
        replies = session.createQueue("backup-replies");
        consumer = session.createConsumer(replies);
    }

    @Override
    void stopBroker() throws Exception {
        session.close();
        broker.close();
    }

    @Override
    String yaml() {
        return """
                - beans:
                    - name: broker
                      type: org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory
                      constructors:
                        0: "{{broker.url}}"
                - templatedRoute:
                    routeTemplateRef: virtnbd-jms-backup-requests
                    parameters:
                      - name: queue
                        value: backup-requests
                      - name: sink
                        value: kamelet:virtnbd-file-sink?directory={{backups}}
                      - name: deadLetter
                        value: jms:queue:backup-requests.dead
                """;
    }

    @Override
    Map<String, String> properties() {
        return Map.of("broker.url", broker.url() + "&consumerWindowSize=0");
    }

    @Override
    void awaitWorkers(int count) {
        // they have their consumers when their routes have started
    }

    @Override
    void send(String domain, String json) throws Exception {
        Message message = session.createTextMessage(json);
        message.setJMSReplyTo(replies);
        if (grouped) {
            message.setStringProperty("JMSXGroupID", domain);
        }
        session.createProducer().send(session.createQueue(REQUESTS), message);
    }

    @Override
    Collection<Reply> receive() throws Exception {
        List<Reply> received = new ArrayList<>();
        for (Message message = consumer.receive(500); message != null; message = consumer.receive(500)) {
            received.add(Reply.parse(((TextMessage) message).getText()));
        }
        return received;
    }

    @Override
    void assertNoRequestIsLeft() throws Exception {
        for (String queue : List.of(REQUESTS, REQUESTS + ".dead", ArtemisServer.DEAD_LETTERS)) {
            assertThat(Collections.list(session.createBrowser(session.createQueue(queue)).getEnumeration())).as(queue)
                    .isEmpty();
        }
    }

    @Test
    void answersEachRequestOnceThoughWorkersAreKilled() throws Exception {
        Map<String, List<Reply>> answers = backUpAll(1, 2, 17);

        assertThat(answers.values()).allSatisfy(each -> assertThat(each).hasSize(1));
        assertNoRequestIsLeft();
        assertWhole(answers);
    }

    /** In groups, as who wants a domain's requests to stay together sends them. */
    @Test
    void makesOneBackupOfARequestThatIsSentTwiceThoughAWorkerIsKilled() throws Exception {
        grouped = true;

        Map<String, List<Reply>> answers = backUpAll(2, 9);

        assertThat(answers.values()).allSatisfy(each -> assertThat(each).hasSize(2));
        assertNoRequestIsLeft();
        assertWhole(answers);
    }
}
