/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.routes.server.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.main.Main;
import org.awaitility.Awaitility;

/** An application that has nothing but the example of a route template in this module's README, with other values. */
final class TemplateRoutes implements AutoCloseable {

    static final String SUCCESS = "mock:success";
    static final String FAILURE = "mock:failure";

    private static final Path README = Path.of("README.md");

    private final Main main = new Main();
    private final ProducerTemplate template;

    /**
     * Starts it.
     *
     * @param routeTemplate of which the README has an example
     * @param parameters    that are not as in the example
     * @param file          for the example
     */
    TemplateRoutes(String routeTemplate, Map<String, ?> parameters, Path file) throws Exception {
        this(routeTemplate, parameters, file, "");
    }

    /** @param more YAML beside the example */
    TemplateRoutes(String routeTemplate, Map<String, ?> parameters, Path file, String more) throws Exception {
        Map<String, Object> all = new LinkedHashMap<>(parameters);
        all.putIfAbsent("onSuccess", SUCCESS);
        all.putIfAbsent("onFailure", FAILURE);
        Files.writeString(file, example(routeTemplate, all) + more);
        main.configure().withRoutesIncludePattern("classpath:camel/*,file:" + file);
        main.start();
        template = main.getCamelContext().createProducerTemplate();
    }

    /** Writes the example with other values. */
    static Path write(String routeTemplate, Map<String, Object> parameters, Path file) throws Exception {
        return Files.writeString(file, example(routeTemplate, parameters));
    }

    /** The route {@code direct:backups} to the bucket backups of a server. */
    static String s3Store(S3Server server, String prefix) {
        return """
                - route:
                    streamCache: "false"
                    from:
                      uri: direct:backups
                      steps:
                        - to:
                            uri: kamelet:virtnbd-s3-store
                            parameters:
                              bucket: backups
                              prefix: "%s"
                              region: us-east-1
                              accessKey: %s
                              secretKey: %s
                              overrideEndpoint: true
                              forcePathStyle: true
                              uriEndpointOverride: %s
                """.formatted(prefix, S3Server.ACCESS_KEY, S3Server.SECRET_KEY, server.endpoint());
    }

    private static String example(String routeTemplate, Map<String, Object> parameters) throws Exception {
        Matcher block = Pattern.compile("```yaml\n(- templatedRoute:\n +routeTemplateRef: " + routeTemplate + "\n.*?)```",
                Pattern.DOTALL).matcher(Files.readString(README));
        if (!block.find()) {
            throw new AssertionError(README.toAbsolutePath() + " has no example of " + routeTemplate);
        }
        String yaml = block.group(1);
        StringBuilder more = new StringBuilder();
        for (Map.Entry<String, Object> parameter : parameters.entrySet()) {
            Matcher line = Pattern.compile("(- name: " + parameter.getKey() + "\n +value: ).*").matcher(yaml);
            String value = "\"" + parameter.getValue() + "\"";
            if (line.find()) {
                yaml = line.replaceFirst("$1" + Matcher.quoteReplacement(value));
            } else {
                more.append("      - name: ").append(parameter.getKey()).append("\n        value: ").append(value).append('\n');
            }
        }
        return yaml + more;
    }

    CamelContext camel() {
        return main.getCamelContext();
    }

    /** Sends a request; the exchange tells what became of it. */
    Exchange request(String endpoint, Object body, Map<String, Object> headers) {
        return template.request(endpoint, exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeaders(new LinkedHashMap<>(headers));
        });
    }

    /** What was told. */
    MockEndpoint told(String endpoint) {
        return camel().getEndpoint(endpoint, MockEndpoint.class);
    }

    /** The first that is told, which must be told there. */
    Exchange awaitTold(String endpoint) {
        MockEndpoint success = told(SUCCESS);
        MockEndpoint failure = told(FAILURE);
        Awaitility.await()
                .until(() -> !success.getExchanges().isEmpty() || !failure.getExchanges().isEmpty());
        MockEndpoint other = endpoint.equals(SUCCESS) ? failure : success;
        assertThat(other.getExchanges()).extracting(each -> each.getMessage().getBody(String.class)).isEmpty();
        return told(endpoint).getExchanges().get(0);
    }

    @Override
    public void close() {
        main.stop();
    }
}
