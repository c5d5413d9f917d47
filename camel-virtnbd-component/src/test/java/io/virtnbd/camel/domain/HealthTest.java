/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.DomainTestSupport;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.impl.health.DefaultHealthCheckRegistry;
import org.apache.camel.impl.health.ProducersHealthCheckRepository;
import org.junit.jupiter.api.Test;

/** The health checks of libvirt daemons. */
class HealthTest extends DomainTestSupport {

    private final HealthCheckRegistry registry = new DefaultHealthCheckRegistry();

    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext context = super.createCamelContext();
        registry.setCamelContext(context);
        registry.setExposureLevel("full");
        ProducersHealthCheckRepository producers = new ProducersHealthCheckRepository();
        producers.setCamelContext(context);
        producers.setEnabled(true);
        registry.register(producers);
        context.getCamelContextExtension().addContextPlugin(HealthCheckRegistry.class, registry);
        return context;
    }

    private Optional<HealthCheck.Result> result(String id) {
        Collection<HealthCheck.Result> results = HealthCheckHelper.invokeReadiness(context());
        return results.stream().filter(result -> result.getCheck().getId().equals(id)).findFirst();
    }

    @Test
    void areUpWhileTheDaemonAnswers() throws Exception {
        routes(routes -> {
            routes.from("virtnbd:backup:vm1?initialDelay=1h&uri=qemu:///session").to("mock:sink");
            routes.from("direct:start").to("virtnbd:backup:vm1");
        });

        for (String id : new String[] {"libvirt-consumer:qemu:///session", "libvirt-producer:qemu:///system"}) {
            assertThat(result(id)).hasValueSatisfying(result ->
                    assertThat(result.getState()).isEqualTo(HealthCheck.State.UP));
        }
        host.pingFailure = new IOException("connection refused");
        for (String id : new String[] {"libvirt-consumer:qemu:///session", "libvirt-producer:qemu:///system"}) {
            assertThat(result(id)).hasValueSatisfying(result -> {
                assertThat(result.getState()).isEqualTo(HealthCheck.State.DOWN);
                assertThat(result.getMessage()).contains("connection refused");
            });
        }
    }

    @Test
    void areForReadinessOnly() throws Exception {
        host.pingFailure = new IOException("connection refused");
        routes(routes -> routes.from("virtnbd:backup:vm1?initialDelay=1h").to("mock:sink"));

        assertThat(HealthCheckHelper.invokeLiveness(context()))
                .noneMatch(result -> result.getCheck().getId().startsWith("libvirt"));
    }

    @Test
    void areOffWhereTheComponentSaysSo() throws Exception {
        component().setHealthCheckConsumerEnabled(false);
        component().setHealthCheckProducerEnabled(false);
        host.pingFailure = new IOException("connection refused");
        routes(routes -> {
            routes.from("virtnbd:backup:vm1?initialDelay=1h").to("mock:sink");
            routes.from("direct:start").to("virtnbd:backup:vm1");
        });

        assertThat(HealthCheckHelper.invokeReadiness(context())).filteredOn(result ->
                result.getCheck().getId().startsWith("libvirt")).noneMatch(result ->
                        result.getState() == HealthCheck.State.DOWN);
    }

    @Test
    void areNoneForBareExports() throws Exception {
        routes(routes -> routes.from("direct:start").to(backup("")));

        assertThat(HealthCheckHelper.invokeReadiness(context()))
                .noneMatch(result -> result.getCheck().getId().startsWith("libvirt"));
    }

    @Test
    void endWithTheComponentAsTheConnectionsDo() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1"));
        assertThat(result("libvirt-producer:qemu:///system")).isPresent();

        component().stop();

        assertThat(host.closed).isTrue();
        assertThat(result("libvirt-producer:qemu:///system")).isEmpty();
    }
}
