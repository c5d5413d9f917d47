/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;

/** The schedule of the README. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class ScheduledBackupIT extends JobTestSupport {

    private final List<String> succeeded = new CopyOnWriteArrayList<>();
    private final List<String> failed = new CopyOnWriteArrayList<>();

    private RouteBuilder listeners() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:success").process(exchange -> succeeded.add(exchange.getMessage().getBody(String.class)));
                from("direct:failure").process(exchange -> failed.add(exchange.getMessage().getBody(String.class)));
            }
        };
    }

    private ReadmeExample example(String pattern) throws Exception {
        return ReadmeExample.of("virtnbd-scheduled-backup").with("0 0 2 * * ?", "0/1 * * * * ?").with("web-*", pattern)
                .with("directory=/backups", "directory=" + backups)
                .parameter("onSuccess", "direct:success").parameter("onFailure", "direct:failure");
    }

    @Test
    void backsUpByTheClock() throws Exception {
        CamelContext camel = run(example(domain.name()), listeners());
        await(() -> succeeded.size() >= 2);
        camel.getRouteController().stopAllRoutes();

        assertThat(failed).isEmpty();
        JsonNode first = result(succeeded.get(0));
        assertThat(first.path("status").asText()).isEqualTo("completed");
        assertThat(first.path("domain").asText()).isEqualTo(domain.name());
        assertThat(first.path("level").asText()).isEqualTo("full");
        assertThat(first.path("checkpoint").asText()).isEqualTo("virtnbd.0");
        assertThat(first.path("chain").asText()).isEqualTo("virtnbd.0");
        assertThat(first.path("reason").asText()).isNotBlank();
        assertThat(result(succeeded.get(1)).path("level").asText()).isEqualTo("inc");
        assertThat(result(succeeded.get(1)).path("parentCheckpoint").asText()).isEqualTo("virtnbd.0");
        assertThat(manifests()).isGreaterThanOrEqualTo(2);
        assertRestores(camel, backups, "virtnbd.0");
    }

    @Test
    void aJobOfOnesOwnBacksUpByTheCronComponent() throws Exception {
        ReadmeExample job = ReadmeExample.ofKamelet("virtnbd-backup-action").with("/backups", backups)
                .with("direct:backup-now", "cron:nightly?schedule=0/1 * * * * ?")
                .with("      steps:\n        - kamelet:", "      steps:\n        - setHeader:\n            name: domain\n"
                        + "            constant: " + domain.name() + "\n        - kamelet:")
                .with("log: ${body}", "to: direct:success");
        CamelContext camel = run(job, listeners());
        await(() -> succeeded.size() >= 2);
        camel.getRouteController().stopAllRoutes();

        assertThat(result(succeeded.get(0)).path("level").asText()).isEqualTo("full");
        assertThat(result(succeeded.get(1)).path("level").asText()).isEqualTo("inc");
        assertRestores(camel, backups, "virtnbd.0");
    }

    @Test
    void aDomainThatFailsKeepsNoOtherFromItsBackup() throws Exception {
        try (TestDomain off = new TestDomain(directory, domain.name() + "-a").qcow2(MIB).define()) {
            run(example(domain.name() + "*").parameter("level", "full"), listeners());
            await(() -> succeeded.size() >= 2 && failed.size() >= 2);

            assertThat(succeeded).allSatisfy(each -> assertThat(result(each).path("domain").asText()).isEqualTo(domain.name()));
            assertThat(failed).allSatisfy(each -> {
                assertThat(result(each).path("domain").asText()).isEqualTo(off.name());
                assertThat(result(each).path("status").asText()).isEqualTo("rejected");
                assertThat(result(each).path("error").asText()).contains("is off");
            });
        }
    }

    @Test
    void aPatternThatMatchesNothingIsToldAsAFailure() throws Exception {
        run(example("no-" + domain.name() + "*"), listeners());
        await(() -> !failed.isEmpty());

        assertThat(result(failed.get(0)).path("error").asText()).isEqualTo("no domain matches no-" + domain.name()
                + "*, expected at least one");
        assertThat(succeeded).isEmpty();
    }
}
