/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** A block of YAML in the README of this module, with other names and places. */
final class ReadmeExample {

    private static final Path README = Path.of("README.md");
    private static final Pattern BLOCK = Pattern.compile("^```yaml\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);
    private String text;

    private ReadmeExample(String text) {
        this.text = text;
    }

    /** All blocks of YAML that use a template of jobs or a Kamelet. */
    static List<String> blocks() throws IOException {
        return BLOCK.matcher(Files.readString(README)).results().map(block -> block.group(1)).toList();
    }

    /** The only one with that template. */
    static ReadmeExample of(String template) throws IOException {
        List<String> found = blocks().stream().filter(block -> block.contains("routeTemplateRef: " + template + "\n")).toList();
        if (found.size() != 1) {
            throw new AssertionError("README.md has " + found.size() + " examples of " + template + ", expected 1");
        }
        return new ReadmeExample(found.get(0));
    }

    /** Puts something in the place of what must be there. */
    ReadmeExample with(String placeholder, Object value) {
        if (!text.contains(placeholder)) {
            throw new AssertionError("the example has no " + placeholder + ":\n" + text);
        }
        text = text.replace(placeholder, value.toString());
        return this;
    }

    /** Adds or replaces a parameter of a template. */
    ReadmeExample parameter(String name, Object value) {
        String quoted = "'" + value.toString().replace("'", "''") + "'";
        String line = "      - name: " + name + "\n        value: ";
        int start = text.indexOf(line);
        if (start < 0) {
            text = text.replaceFirst("    parameters:\n", java.util.regex.Matcher.quoteReplacement(
                    "    parameters:\n" + line + quoted + "\n"));
        } else {
            int end = text.indexOf('\n', start + line.length());
            text = text.substring(0, start) + line + quoted + text.substring(end);
        }
        return this;
    }

    @Override
    public String toString() {
        return text;
    }
}
