/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The routes on the component's page, as they are written there. */
public final class PageExamples {

    private static final Pattern YAML = Pattern.compile("\\[source,yaml\\]\n----\n(.*?)\n----\n", Pattern.DOTALL);

    private PageExamples() {
    }

    /**
     * A route.
     *
     * @param section title of its section
     * @param index   of the route in it, from 0
     */
    public static String yaml(String section, int index) throws IOException {
        String page = Files.readString(Path.of("src/main/docs/virtnbd-component.adoc"));
        int start = page.indexOf("\n== " + section + "\n");
        assertThat(start).as(section).isNotNegative();
        int end = page.indexOf("\n== ", start + 1);
        return YAML.matcher(page.substring(start, end)).results().map((MatchResult block) -> block.group(1)).toList().get(index)
                + "\n";
    }
}
