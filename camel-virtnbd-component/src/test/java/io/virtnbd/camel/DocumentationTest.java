/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.virtnbd.camel.option.LibvirtConfiguration;
import io.virtnbd.camel.option.MachineConfiguration;
import io.virtnbd.camel.option.NbdConfiguration;
import io.virtnbd.camel.option.RestoreConfiguration;
import io.virtnbd.camel.option.RetentionConfiguration;
import io.virtnbd.camel.option.ServeConfiguration;
import io.virtnbd.camel.option.VerifyConfiguration;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Metadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The component's page says what its metadata says. */
class DocumentationTest {

    private static JsonNode metadata() throws IOException {
        return new ObjectMapper().readTree(DocumentationTest.class.getResource("/META-INF/io/virtnbd/camel/virtnbd.json"));
    }

    static Stream<JsonNode> ownOptions() throws IOException {
        return StreamSupport.stream(metadata().get("properties").spliterator(), false)
                .filter(option -> option.path("configurationClass").asText().startsWith("io.virtnbd"));
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("src/main/docs/virtnbd-component.adoc"));
    }

    @ParameterizedTest
    @MethodSource("ownOptions")
    void everyOptionStandsOnThePageAsInTheMetadata(JsonNode option) throws IOException {
        String value = option.path("defaultValue").asText();

        assertThat(page()).contains(" | " + option.get("description").asText()
                + (value.isEmpty() ? " | \n" : " | `" + value + "`\n"));
    }

    static Stream<Field> describedFields() {
        return Stream.of(NbdConfiguration.class, LibvirtConfiguration.class, RestoreConfiguration.class, MachineConfiguration.class,
                ServeConfiguration.class, RetentionConfiguration.class, VerifyConfiguration.class,
                VirtNbdConfiguration.class, VirtNbdEndpoint.class)
                .flatMap(type -> Arrays.stream(type.getDeclaredFields()))
                .filter(field -> field.isAnnotationPresent(Metadata.class));
    }

    /** Camel leaves some characters out of descriptions without a word, such as plus signs and question marks. */
    @ParameterizedTest
    @MethodSource("describedFields")
    void theMetadataSayWhatTheCodeSays(Field field) throws IOException {
        assertThat(metadata().get("properties").path(field.getName()).path("description").asText())
                .isEqualTo(field.getAnnotation(Metadata.class).description());
    }

    @Test
    void everyHeaderStandsOnThePageAsInTheMetadata() throws IOException {
        String page = page();
        JsonNode headers = metadata().get("headers");

        assertThat(headers.fieldNames()).toIterable().hasSizeGreaterThan(20).allSatisfy(name ->
                assertThat(page).contains("| `" + name + "` | " + headers.get(name).get("description").asText() + " | "));
    }

    @Test
    void theMetadataIsWhereCamelLooksForIt() throws IOException {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            assertThat(ownOptions()).hasSizeGreaterThan(15);
            assertThat(context.getComponent("virtnbd")).isInstanceOf(VirtNbdComponent.class);
            assertThat(context.resolveDataFormat("sparseStream")).isNotNull();
            assertThat(context.resolveDataFormat("lz4")).isNotNull();
        }
    }
}
