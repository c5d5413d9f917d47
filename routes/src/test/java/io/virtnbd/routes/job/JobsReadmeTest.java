/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The README says of jobs what the templates and schemas say. */
class JobsReadmeTest {

    static Stream<String> templates() {
        return Stream.of("virtnbd-scheduled-backup", "virtnbd-jms-backup-requests", "virtnbd-kafka-backup-requests",
                "virtnbd-http-backup-requests", "virtnbd-file-backup-requests", "virtnbd-fan-out", "virtnbd-encrypt");
    }

    private static String section(String title) throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int start = readme.indexOf("\n### " + title + "\n");
        assertThat(start).as(title).isPositive();
        int end = readme.indexOf("\n### ", start + 1);
        return end < 0 ? readme.substring(start) : readme.substring(start, end);
    }

    private static RouteTemplateDefinition template(String name) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.resolveMandatoryResource(context,
                    "classpath:camel/" + name + ".camel.yaml"));
            return context.getRouteTemplateDefinition(name);
        }
    }

    @ParameterizedTest
    @MethodSource("templates")
    void theTableHasEachParameterAsTheTemplateHasIt(String name) throws Exception {
        String section = section(name);
        List<RouteTemplateParameterDefinition> parameters = template(name).getTemplateParameters();
        for (RouteTemplateParameterDefinition parameter : parameters) {
            String value = parameter.getDefaultValue();
            String last = parameter.getRequired() == null || parameter.getRequired() ? "**required**"
                    : value == null || value.isEmpty() ? "" : "`" + value + "`";
            assertThat(section).contains("| `" + parameter.getName() + "` | " + parameter.getDescription().strip() + " | "
                    + last + " |\n");
        }
        String table = section.substring(section.indexOf("| parameter | what | default |"));
        assertThat(table.lines().filter(line -> line.startsWith("| `"))).hasSameSizeAs(parameters);
    }

    private static void assertValid(String section, String schema) throws IOException {
        MatchResult example = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL).matcher(section(section)).results()
                .findFirst().orElseThrow();
        try (InputStream stream = JobsReadmeTest.class.getResourceAsStream("/io/virtnbd/routes/" + schema)) {
            JsonNode node = new ObjectMapper().readTree(example.group(1));
            assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(stream).validate(node))
                    .isEmpty();
        }
    }

    @Test
    void theExamplesAreAsTheSchemasSay() throws IOException {
        assertValid("Requests", "backup-request.schema.json");
        assertValid("Results", "backup-result.schema.json");
    }
}
