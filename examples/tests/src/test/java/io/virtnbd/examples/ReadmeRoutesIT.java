/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.nbd.server.NbdServer;
import io.virtnbd.nbd.server.RawFileExport;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the routes in the README as they stand there, but for the places that they name. */
class ReadmeRoutesIT {

    private static final Path README = Path.of("../../README.md");
    /** The template that it shows. */
    private static final Path JOB = Path.of("../../routes/src/main/resources/camel/virtnbd-jms-backup-requests.camel.yaml");

    @TempDir
    private Path directory;
    private RawFileExport disk;
    private NbdServer server;
    private DefaultCamelContext context;

    @BeforeEach
    void serve() throws IOException {
        byte[] content = new byte[5 << 20];
        new Random(3).nextBytes(content);
        disk = RawFileExport.readOnly(Files.write(directory.resolve("source.raw"), content));
        server = NbdServer.builder().export("vda", disk).tcp(0).build().start();
        context = new DefaultCamelContext();
    }

    @AfterEach
    void stop() throws IOException {
        context.close();
        server.close();
        disk.close();
    }

    private static List<String> blocks(String language) throws IOException {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(README)).results()
                .map(block -> block.group(1)).toList();
    }

    /** The block of that language in the README that needs no libvirt, with places that are there. */
    private String block(String language) throws IOException {
        List<String> blocks = blocks(language).stream().filter(block -> block.contains("nbd://")).toList();
        assertThat(blocks).as(language).hasSize(1);
        String text = blocks.get(0);
        Map<String, String> places = Map.of("nbd://localhost:10809/vda", server.uri("vda"),
                "backups/web1", directory + "/backups",
                "restored/web1.qcow2", directory + "/web1.qcow2");
        for (Map.Entry<String, String> place : places.entrySet()) {
            text = text.replace(place.getKey(), place.getValue());
        }
        return text;
    }

    private RoutesBuilder compile(String source) throws Exception {
        Path file = Files.writeString(directory.resolve("DiskRoutes.java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertThat(compiler.run(null, null, null, "-cp", System.getProperty("java.class.path"), file.toString())).isZero();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()}, getClass().getClassLoader())) {
            return (RoutesBuilder) loader.loadClass("DiskRoutes").getConstructor().newInstance();
        }
    }

    private void request(String endpoint) throws Exception {
        Exchange exchange = context.createProducerTemplate().request(endpoint, request -> { });
        assertThat(exchange.getException()).isNull();
    }

    @Test
    void backsUpByTheYamlRoute() throws Exception {
        String yaml = block("yaml");
        LocalDate before = LocalDate.now();
        NotifyBuilder done = new NotifyBuilder(context).fromRoute("nightly-export")
                .filter(exchange -> exchange.getProperty(Exchange.SPLIT_INDEX) == null).whenCompleted(1).create();
        PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.fromString("readme.yaml", yaml));
        context.start();

        assertThat(done.matches(60, TimeUnit.SECONDS)).isTrue();
        Path set = directory.resolve("backups").resolve(before.toString());
        if (!Files.exists(set)) {
            set = directory.resolve("backups").resolve(before.plusDays(1).toString());
        }
        try (var files = Files.list(set)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("vda.copy.data", "vmconfig.virtnbd.0.xml", "web1.virtnbd.0.json");
        }
        request("virtnbd:restore?directory=" + set + "&image=" + directory + "/restored.raw");
        assertThat(Files.mismatch(directory.resolve("source.raw"), directory.resolve("restored.raw"))).isEqualTo(-1);
    }

    /** Those for domains need a libvirt daemon to run. */
    @Test
    void loadsAllYamlRoutesTogether() throws Exception {
        PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.resolveResource(context, "file:" + JOB));
        List<String> blocks = blocks("yaml");
        for (int i = 0; i < blocks.size(); i++) {
            PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.fromString("readme" + i + ".yaml", blocks.get(i)));
        }

        assertThat(context.getRouteDefinitions()).hasSameSizeAs(blocks).hasSizeGreaterThan(2)
                .extracting(RouteDefinition::getRouteId).filteredOn(id -> id != null).doesNotHaveDuplicates();
    }

    @Test
    void backsUpAndRestoresByTheJavaRoutes() throws Exception {
        Tools.require("qemu-img", "qemu-nbd");
        context.addRoutes(compile(block("java")));
        context.start();

        request("direct:backup");
        request("virtnbd:verify?directory=" + directory + "/backups");
        request("direct:restore");

        Process compare = new ProcessBuilder("qemu-img", "compare", "-f", "raw", "-F", "qcow2", "source.raw", "web1.qcow2")
                .directory(directory.toFile()).inheritIO().redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertThat(compare.waitFor()).isZero();
    }
}
