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
import io.virtnbd.testing.FileTree;
import io.virtnbd.testing.TestDomain;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A domain, and a program like that of a user: camel-main with the templates of this module and YAML that uses them. */
abstract class JobTestSupport {

    static final long MIB = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;
    Path backups;
    TestDomain domain;
    private final List<Main> programs = new ArrayList<>();

    @BeforeEach
    final void startDomain() {
        backups = directory.resolve("backups");
        domain = new TestDomain(directory).qcow2(8 * MIB).define().start();
        domain.guestWrite("vda", 0xa1, 0, 3 * MIB);
    }

    @AfterEach
    final void stopAll() {
        stopPrograms();
        domain.close();
    }

    /** Stops the programs, which gives back what they are about. */
    final void stopPrograms() {
        programs.forEach(Main::stop);
        programs.clear();
    }

    /** Starts a program with that YAML, and with what the other two make of it. */
    CamelContext run(Object yaml, Configurer configurer, RouteBuilder... routes) throws Exception {
        Path file = Files.writeString(Files.createTempFile(directory, "jobs", ".yaml"), yaml.toString());
        Main main = new Main();
        main.configure().withRoutesIncludePattern("classpath:camel/*,file:" + file);
        main.configure().withShutdownTimeout(20);
        for (RouteBuilder builder : routes) {
            main.configure().addRoutesBuilder(builder);
        }
        configurer.configure(main);
        programs.add(main);
        main.start();
        return main.getCamelContext();
    }

    CamelContext run(Object yaml, RouteBuilder... routes) throws Exception {
        return run(yaml, main -> { }, routes);
    }

    static void await(Callable<Boolean> condition) {
        Awaitility.await().until(condition);
    }

    /** A result, which is as its schema says. */
    static JsonNode result(String json) throws IOException {
        try (InputStream schema = JobTestSupport.class.getResourceAsStream("/io/virtnbd/routes/backup-result.schema.json")) {
            JsonNode result = JSON.readTree(json);
            assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema).validate(result))
                    .as(json).isEmpty();
            return result;
        }
    }

    List<String> checkpoints() {
        return domain.virsh("checkpoint-list", "--name").lines().filter(line -> !line.isBlank()).toList();
    }

    /** Names of the files below the directory of backups, but those of files that are incomplete, sorted. */
    List<String> files() {
        return files(backups);
    }

    static List<String> files(Path root) {
        try {
            return FileTree.files(root).stream().map(file -> root.relativize(file).toString())
                    .filter(name -> !name.contains(".incomplete-")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many manifests of the domain there are. */
    long manifests() {
        return files().stream().filter(name -> name.matches(".*/" + domain.name() + "\\.[^/]*\\.json")).count();
    }

    /** What was backed up is what the guest sees. */
    void assertRestores(CamelContext camel, Path root, String chain) throws Exception {
        Path set = root.resolve(domain.name()).resolve(chain);
        Path content = domain.snapshotContent("vda", Files.createTempFile(directory, "content", ".raw"));
        Path image = directory.resolve("restored-" + System.nanoTime() + ".raw");
        camel.createProducerTemplate().requestBody("virtnbd:restore?directory=" + set + "&image=" + image, "");
        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
    }

    /** Sets a program up. */
    interface Configurer {

        void configure(Main main) throws Exception;
    }
}
