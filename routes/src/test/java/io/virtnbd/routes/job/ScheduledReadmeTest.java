/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The README leaves out no parameter of what works by a schedule. */
class ScheduledReadmeTest {

    @ParameterizedTest
    @ValueSource(strings = {"virtnbd-scheduled-verify", "virtnbd-scheduled-retention"})
    void theTableHasEachParameter(String template) throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        String section = readme.substring(readme.indexOf("\n### " + template + "\n") + 1);
        int end = section.indexOf("\n### ");
        String table = (end < 0 ? section : section.substring(0, end)).lines().filter(line -> line.startsWith("| `"))
                .map(line -> line.substring(0, line.indexOf(" | ", 2))).reduce("", String::concat);
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.resolveMandatoryResource(context,
                    "classpath:camel/" + template + ".camel.yaml"));
            var parameters = context.getRouteTemplateDefinition(template).getTemplateParameters();
            assertThat(parameters).isNotEmpty().extracting(RouteTemplateParameterDefinition::getName)
                    .allMatch(name -> table.contains("`" + name + "`"), "in " + table);
            assertThat(table.chars().filter(each -> each == '`').count()).isEqualTo(2L * parameters.size());
        }
    }
}
