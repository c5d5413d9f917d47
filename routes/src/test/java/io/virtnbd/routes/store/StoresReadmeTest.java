/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The README says of stores what the Kamelets say. */
public class StoresReadmeTest {

    /** What the section of a Kamelet has as its example. */
    public static String example(String kamelet) throws IOException {
        Matcher block = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(section(kamelet));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    private static String section(String kamelet) throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int start = readme.indexOf("\n### " + kamelet + "\n");
        assertThat(start).isPositive();
        Matcher end = Pattern.compile("\n##").matcher(readme);
        return readme.substring(start, end.find(start + 3) ? end.start() : readme.length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtnbd-s3-store", "virtnbd-sftp-store"})
    void theTableHasEachParameterAsTheKameletHasIt(String kamelet) throws Exception {
        String section = section(kamelet);
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.resolveMandatoryResource(context,
                    "classpath:kamelets/" + kamelet + ".kamelet.yaml"));
            var parameters = context.getRouteTemplateDefinitions().get(0).getTemplateParameters();
            assertThat(parameters).isNotEmpty();
            for (RouteTemplateParameterDefinition parameter : parameters) {
                String value = parameter.getDefaultValue();
                String last = parameter.getRequired() == null || parameter.getRequired() ? "**required**"
                        : value == null || value.isEmpty() ? "" : "`" + value + "`";
                assertThat(section).containsPattern("\\| `" + parameter.getName() + "` \\| [^|]+ \\| " + Pattern.quote(last)
                        + " ?\\|\n");
            }
            assertThat(section.lines().filter(line -> line.startsWith("| `"))).hasSameSizeAs(parameters);
        }
    }
}
