/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which packages use which, by their names below io.virtnbd: as the table in docs/design.md says, and as it is. */
final class PackageUses {

    private static final String BASE = "io.virtnbd.";
    private static final Path TABLE = Path.of("..", "docs", "design.md");
    private static final Path SOURCES = Path.of("src", "main", "java");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");
    private static final Pattern PACKAGE = Pattern.compile("^package ([\\w.]+);", Pattern.MULTILINE);
    private static final Pattern IMPORT = Pattern.compile("^import (?:static )?io\\.virtnbd\\.((?:[a-z]\\w*\\.)+)[A-Z]",
            Pattern.MULTILINE);

    private PackageUses() {
    }

    /** The rows of the table, from top to bottom. */
    static Map<String, Set<String>> documented() throws IOException {
        List<String> lines = Files.readAllLines(TABLE);
        Map<String, Set<String>> rows = new LinkedHashMap<>();
        int header = lines.indexOf("| package | responsibility | uses |");
        for (String line : lines.subList(header + 2, lines.size())) {
            if (!line.startsWith("|")) {
                break;
            }
            String[] cells = line.split("\\|");
            rows.put(names(cells[1]).get(0), new TreeSet<>(names(cells[3])));
        }
        return rows;
    }

    private static List<String> names(String cell) {
        List<String> names = new ArrayList<>();
        for (Matcher name = NAME.matcher(cell); name.find();) {
            names.add(name.group(1));
        }
        return names;
    }

    /** What is compiled, and what is imported besides: of a constant the compiled class has the value only. */
    static Map<String, Set<String>> found(JavaClasses classes) throws IOException {
        Map<String, Set<String>> found = new TreeMap<>();
        for (JavaClass each : classes) {
            Set<String> uses = found.computeIfAbsent(name(each.getPackageName()), any -> new TreeSet<>());
            each.getDirectDependenciesFromSelf().stream().map(use -> use.getTargetClass().getPackageName())
                    .filter(use -> use.startsWith(BASE)).map(PackageUses::name).forEach(uses::add);
        }
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                addImports(Files.readString(file), found);
            }
        }
        found.forEach((own, uses) -> uses.remove(own));
        return found;
    }

    private static void addImports(String source, Map<String, Set<String>> found) {
        Matcher own = PACKAGE.matcher(source);
        if (!own.find()) {
            throw new IllegalStateException("no package in " + source);
        }
        Set<String> uses = found.get(name(own.group(1)));
        for (Matcher use = IMPORT.matcher(source); use.find();) {
            uses.add(use.group(1).substring(0, use.group(1).length() - 1));
        }
    }

    private static String name(String qualified) {
        return qualified.substring(BASE.length());
    }
}
