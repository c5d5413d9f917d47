/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.component.mail.MailConfiguration;
import org.apache.camel.component.mail.MailEndpoint;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Endpoints that are told what has become of a restore reach the Kamelet as they were given; shown by the templates that connect
 * to no server before they are used.
 */
class RestoreNotificationTest {

    private static final String PASSWORD = "a+b%20&c";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"virtnbd-restore-from-file", "virtnbd-restore-from-sftp"})
    void mailHasThePasswordAndTheRecipientThatWereGiven(String template) throws Exception {
        Map<String, Object> parameters = Map.of(
                "onSuccess", "smtp://localhost?username=backup&password=RAW(" + PASSWORD + ")&to=success@example.org",
                "onFailure", "smtp://localhost?username=backup&to=failure@example.org&password=RAW(" + PASSWORD + ")");
        try (TemplateRoutes routes = new TemplateRoutes(template, parameters, directory.resolve("routes.yaml"))) {
            List<MailConfiguration> mail = routes.camel().getEndpoints().stream().filter(MailEndpoint.class::isInstance)
                    .map(endpoint -> ((MailEndpoint) endpoint).getConfiguration()).toList();

            assertThat(mail).hasSize(2).extracting(MailConfiguration::getPassword).containsOnly(PASSWORD);
            assertThat(mail).extracting(each -> each.getRecipients().toString())
                    .containsExactlyInAnyOrder("{To=success@example.org}", "{To=failure@example.org}");
        }
    }
}
