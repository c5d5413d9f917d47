/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.camel.DomainTestSupport;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.engine.domain.DomainBackupException;
import java.util.List;
import org.apache.camel.CamelExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The operation that lists domains. */
class DomainsTest extends DomainTestSupport {

    @BeforeEach
    void names() {
        host.names = List.of("web-2", "db-1", "web-1");
    }

    private Object domains(String uri, String header) {
        return template().requestBodyAndHeader(uri, "request", VirtNbdConstants.DOMAIN, header);
    }

    @Test
    void theBodyBecomesTheNamesThatMatchInOrder() {
        assertThat(domains("virtnbd:domains:web-*", null)).isEqualTo(List.of("web-1", "web-2"));
        assertThat(domains("virtnbd:domains:db-1", null)).isEqualTo(List.of("db-1"));
        assertThat(domains("virtnbd:domains:mail-*", null)).isEqualTo(List.of());
    }

    @Test
    void withoutAPatternInTheUriTheHeaderSaysItElseAllMatch() {
        assertThat(domains("virtnbd:domains", "web-*")).isEqualTo(List.of("web-1", "web-2"));
        assertThat(domains("virtnbd:domains:db-*", "web-*")).isEqualTo(List.of("db-1"));
        assertThat(domains("virtnbd:domains", null)).isEqualTo(List.of("db-1", "web-1", "web-2"));
    }

    @Test
    void theDaemonIsTheOneThatTheUriNames() {
        domains("virtnbd:domains?uri=qemu:///session", null);

        assertThat(connections).singleElement().satisfies(daemon -> assertThat(daemon.uri()).isEqualTo("qemu:///session"));
    }

    @Test
    void aDaemonThatDoesNotAnswerFailsTheExchange() {
        host.failures.put("web-*", new DomainBackupException("no connection"));

        assertThatThrownBy(() -> domains("virtnbd:domains:web-*", null)).isInstanceOf(CamelExecutionException.class)
                .hasRootCauseMessage("no connection");
    }

    @Test
    void anExportHasNoDomainsToList() {
        assertThatThrownBy(() -> domains("virtnbd:domains?nbdUri=nbd://localhost/vda", null))
                .hasStackTraceContaining("expected none with operation domains: only backup and restore have it");
    }
}
