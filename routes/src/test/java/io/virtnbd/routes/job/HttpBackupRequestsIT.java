/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.virtnbd.testing.FreePort;
import io.virtnbd.testing.RequiresTools;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;

/** The requests over HTTP of the README, and what a webhook is told. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class HttpBackupRequestsIT extends JobTestSupport {

    private final HttpClient client = HttpClient.newHttpClient();
    private int port;

    private ReadmeExample example() throws Exception {
        return ReadmeExample.of("virtnbd-http-backup-requests").with("directory=/backups", "directory=" + backups);
    }

    private CamelContext start(ReadmeExample example) throws Exception {
        port = FreePort.find();
        return run(example, main -> {
            main.addInitialProperty("camel.server.enabled", "true");
            main.addInitialProperty("camel.server.host", "127.0.0.1");
            main.addInitialProperty("camel.server.port", Integer.toString(port));
        });
    }

    private HttpResponse<String> post(String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/backups"))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void theSameRequestIsAnsweredTwiceAndMakesOneBackup() throws Exception {
        CamelContext camel = start(example());
        String request = "{\"domain\": \"" + domain.name() + "\"}";
        HttpResponse<String> first = post(request, "Content-Type", "application/json", "Idempotency-Key", "k1");
        HttpResponse<String> second = post(request, "Content-Type", "application/json", "Idempotency-Key", "k1");

        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        assertThat(first.headers().firstValue("Content-Type")).contains("application/json");
        JsonNode result = result(first.body());
        assertThat(result.path("requestId").asText()).isEqualTo("k1");
        assertThat(result.path("status").asText()).isEqualTo("completed");
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(result(second.body()).path("status").asText()).isEqualTo("duplicate");
        assertThat(result(second.body()).path("checkpoint")).isEqualTo(result.path("checkpoint"));
        assertThat(manifests()).isOne();
        assertRestores(camel, backups, "virtnbd.0");
    }

    @Test
    void headersDoForARequestAndThoseOfCamelDoNot() throws Exception {
        start(example());
        HttpResponse<String> response = post("", "domain", domain.name(), "level", "copy", "CamelVirtNbdNbdUri",
                "nbd://127.0.0.1:1/x", "CamelFileName", "../evil");

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(result(response.body()).path("level").asText()).isEqualTo("copy");
    }

    @Test
    void whatIsWrongHasAStatusOfItsOwn() throws Exception {
        start(example());
        HttpResponse<String> noJson = post("{\"domain\": ");
        HttpResponse<String> noRequest = post("{\"domain\": \"x\", \"level\": \"all \\\"of\\\" it\"}");
        HttpResponse<String> noDomain = post("{\"domain\": \"no-such-domain\"}");

        HttpResponse<String> tooLong = post("\"" + "x".repeat(5000));
        assertThat(noJson.statusCode()).isEqualTo(400);
        assertThat(result(noJson.body()).path("error").asText()).startsWith("not a backup request: ")
                .endsWith(", found {\"domain\": ");
        assertThat(result(tooLong.body()).path("error").asText()).endsWith("found 5001 characters").hasSizeLessThan(1000);
        assertThat(noRequest.statusCode()).isEqualTo(400);
        assertThat(result(noRequest.body()).path("error").asText()).contains("level", "full", "all \\\"of\\\" it");
        assertThat(noDomain.statusCode()).isEqualTo(422);
        assertThat(List.of(result(noJson.body()).path("status").asText(), result(noDomain.body()).path("status").asText()))
                .containsOnly("rejected");
    }

    @Test
    void aSinkThatFailsIsAnErrorOfTheServer() throws Exception {
        start(example().parameter("sink", "http://127.0.0.1:1/nobody").parameter("maximumRedeliveries", 0));
        HttpResponse<String> response = post("{\"domain\": \"" + domain.name() + "\"}");

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(result(response.body()).path("error").asText()).contains("Connection refused");
        assertThat(checkpoints()).isEmpty();
    }

    /** A password with characters that mean something in a URI comes from a property. */
    @Test
    void aWebhookIsToldOfSuccessAndFailure() throws Exception {
        List<String> requests = new CopyOnWriteArrayList<>();
        HttpServer hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hook.createContext("/", exchange -> {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + exchange.getRequestHeaders().getFirst("Content-Type") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        hook.start();
        try {
            System.setProperty("hook.password", "a&b=c+d%20e)");
            String uri = "http://127.0.0.1:" + hook.getAddress().getPort() + "/%s?authMethod=Basic&authUsername=u"
                    + "&authenticationPreemptive=true&authPassword=RAW({{hook.password}})";
            start(example().parameter("onSuccess", uri.formatted("good")).parameter("onFailure", uri.formatted("bad")));
            assertThat(post("{\"domain\": \"" + domain.name() + "\"}").statusCode()).isEqualTo(200);
            assertThat(post("{\"domain\": \"no-such-domain\"}").statusCode()).isEqualTo(422);
        } finally {
            System.clearProperty("hook.password");
            hook.stop(0);
        }
        String basic = "Basic " + Base64.getEncoder()
                .encodeToString("u:a&b=c+d%20e)".getBytes(StandardCharsets.UTF_8));
        assertThat(requests).hasSize(2);
        assertThat(requests.get(0)).startsWith("POST /good " + basic + " application/json {").contains("\"completed\"");
        assertThat(requests.get(1)).startsWith("POST /bad " + basic + " application/json {").contains("\"rejected\"");
    }

    @Test
    void aDeadLetterThatFailsIsAnErrorOfTheServer() throws Exception {
        start(example().parameter("deadLetter", "http://127.0.0.1:1/nobody").parameter("maximumRedeliveries", 0));
        HttpResponse<String> response = post("{\"domain\": \"no-such-domain\"}");

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).isEmpty();
    }

    @Test
    void aWebhookThatDoesNotAnswerIsWaitedForAsLongAsItsTimeout() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        HttpServer hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hook.createContext("/", exchange -> {
            asked.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        hook.start();
        try {
            start(example().parameter("maximumRedeliveries", 0).parameter("onSuccess",
                    "http://127.0.0.1:" + hook.getAddress().getPort() + "/hook?soTimeout=500"));
            HttpResponse<String> response = post("{\"domain\": \"" + domain.name() + "\"}");

            assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(result(response.body()).path("status").asText()).isEqualTo("completed");
        } finally {
            end.countDown();
            hook.stop(0);
        }
    }
}
