/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import static io.virtnbd.libvirt.LibvirtAssertions.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.libvirt.LibvirtCallException.Kind;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client library without a daemon: it has a driver for tests that takes its domains, and who may use them, from a file. */
@RequiresTools("virsh")
class LibvirtClientIT {

    private static final String NAME = "b\u00fcro-\u65e5\u672c";

    @TempDir
    Path directory;

    private String uri;

    @BeforeEach
    void writeNode() throws Exception {
        Path node = Files.writeString(directory.resolve("node.xml"), """
                <node>
                  <auth><user password="s\u00e9cret">admin</user></auth>
                  <domain type="test"><name>%s</name><memory>1024</memory><os><type>hvm</type></os></domain>
                </node>
                """.formatted(NAME));
        uri = "test://" + node;
    }

    @Test
    void credentialsAreGivenWhenTheyAreAskedFor() throws Exception {
        // often enough that memory which both sides free would be met again
        for (int i = 0; i < 300; i++) {
            try (LibvirtConnection connection = Libvirt.connect(new LibvirtOptions(uri, "admin", "s\u00e9cret"))) {
                assertThat(connection.domainNames()).containsExactly(NAME);
            }
            if (i % 50 == 0) {
                System.gc();
            }
        }
    }

    @Test
    void wrongCredentialsAreAConnectionFailureThatDoesNotShowThem() {
        for (LibvirtOptions wrong : List.of(
                new LibvirtOptions(uri, "admin", "wrong1"), new LibvirtOptions(uri, "other", "wrong1"),
                new LibvirtOptions(uri, "admin", null), new LibvirtOptions(uri, null, "wrong1"))) {
            assertFails(Kind.CONNECTION, () -> Libvirt.connect(wrong)).hasMessageContaining(uri)
                    .hasMessageContaining("authentication failed").hasMessageNotContaining("wrong1");
        }
    }

    @Test
    void withoutCredentialsNothingIsAsked() {
        assertFails(Kind.CONNECTION, () -> Libvirt.connect(LibvirtOptions.of(uri)))
                .hasMessageContaining("Missing authentication credentials");
    }

    @Test
    void namesBeyondAsciiDoNotDependOnTheLocale() {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        assertThat(Tool.run("env", "LC_ALL=C", Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", classPath, FindDomain.class.getName(), uri)).isEqualTo("found\n");
    }

    /** A process of its own, since its locale is another. */
    static final class FindDomain {

        private FindDomain() {
        }

        public static void main(String[] arguments) throws LibvirtCallException {
            try (LibvirtConnection connection = Libvirt.connect(new LibvirtOptions(arguments[0], "admin", "s\u00e9cret"))) {
                if (connection.domainNames().equals(List.of(NAME)) && connection.domain(NAME).name().equals(NAME)
                        && connection.domain(NAME).xml().contains(NAME)) {
                    System.out.println("found");
                }
            }
        }
    }
}
