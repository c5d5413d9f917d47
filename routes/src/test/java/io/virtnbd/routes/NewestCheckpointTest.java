/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.ChainException;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class NewestCheckpointTest {

    private static Object newest(String... names) throws Exception {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setVariable("virtnbdDomain", "vda");
        exchange.setVariable("virtnbdChain", "virtnbd.0");
        exchange.getMessage().setBody(List.of(names));
        new NewestCheckpoint().process(exchange);
        return exchange.getMessage().getBody();
    }

    @Test
    void comparesNumbersAndNotTexts() throws Exception {
        assertThat(newest("kvm1/vda/virtnbd.0/vda.virtnbd.9.json", "kvm1/vda/virtnbd.0/vda.virtnbd.10.json",
                "kvm1/vda/virtnbd.0/vda.virtnbd.2.json")).isEqualTo("virtnbd.10");
    }

    @Test
    void looksAtManifestsOfTheDomainAlone() throws Exception {
        assertThat(newest("vda.virtnbd.1.json.pgp", "vda.virtnbd.7.qcow.json", "vda.inc.virtnbd.8.data", "web1.virtnbd.9.json",
                ".incomplete-vda.virtnbd.5.json")).isEqualTo("virtnbd.1");
    }

    @Test
    void refusesAChainWithoutManifests() {
        assertThatThrownBy(() -> newest("vda.full.data")).isInstanceOf(ChainException.class)
                .hasMessageContaining("chain virtnbd.0 of vda");
    }

    @Test
    void refusesCheckpointsThatCannotBeCompared() {
        assertThatThrownBy(() -> newest("vda.virtnbd.1.json", "vda.other.2.json")).isInstanceOf(ChainException.class)
                .hasMessageContaining("until");
    }
}
