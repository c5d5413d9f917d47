/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.virtnbd.chain.Manifest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;

/** The routes on the component's page. */
class DomainYamlTest extends DomainTestSupport {

    private void load(String yaml) throws Exception {
        PluginHelper.getRoutesLoader(context()).loadRoutes(ResourceHelper.fromString("backup.yaml", yaml));
    }

    private void assertSet(String domain) throws Exception {
        Path set = directory.resolve(domain).resolve("virtnbd.0");
        Manifest.read(set.resolve(domain + ".virtnbd.1.json")).verify(set, true);
    }

    @Test
    void backsUpAllDomainsThatMatch() throws Exception {
        host.names = List.of("web-1", "web-2", "db");
        load("""
                - route:
                    id: nightly
                    from:
                      uri: virtnbd:backup:web-*
                      parameters:
                        scheduler: quartz
                        scheduler.cron: 0/1 * * * * ?
                        compression: lz4
                      steps:
                        - to:
                            uri: file:%s
                            parameters:
                              fileName: ${header.CamelVirtNbdDomain}/${header.CamelVirtNbdChain}/${file:name}
                              fileExist: Fail
                              tempPrefix: .incomplete-
                              eagerDeleteTargetFile: false
                """.formatted(directory));

        await().until(() -> host.backups.size() >= 2 && host.backups.get(1).closes.get() == 1);
        context().getRouteController().stopRoute("nightly");
        assertThat(host.begun).startsWith("web-1", "web-2").doesNotContain("db");
        // those of the next second find their files there
        assertThat(host.backups.subList(0, 2)).allSatisfy(backup -> assertThat(backup.commits).hasValue(1));
        assertSet("web-1");
        assertSet("web-2");
    }

    @Test
    void backsUpWhenAMessageAsksForIt() throws Exception {
        load("""
                - route:
                    from:
                      uri: direct:start
                      steps:
                        - setHeader:
                            name: CamelVirtNbdDomain
                            simple: ${header.domain}
                        - setHeader:
                            name: CamelVirtNbdRequestId
                            simple: ${header.JMSMessageID}
                        - to:
                            uri: virtnbd:backup
                            parameters:
                              waitForDomain: 2h
                        - split:
                            simple: ${body}
                            streaming: true
                            stopOnException: true
                            steps:
                              - to:
                                  uri: file:%s
                                  parameters:
                                    fileName: ${header.CamelVirtNbdDomain}/${header.CamelVirtNbdChain}/${file:name}
                                    fileExist: Fail
                                    tempPrefix: .incomplete-
                                    eagerDeleteTargetFile: false
                        - setBody:
                            simple: ${header.CamelVirtNbdCheckpoint} of ${header.CamelVirtNbdDomain} is safe
                """.formatted(directory));

        for (int delivery = 0; delivery < 2; delivery++) {
            String reply = template().requestBodyAndHeaders("direct:start", null,
                    Map.of("domain", "vm1", "JMSMessageID", "ID:1"), String.class);
            assertThat(reply).isEqualTo("virtnbd.1 of vm1 is safe");
        }
        assertThat(host.backups).hasSize(1);
        assertCommitted(host.last());
        assertSet("vm1");
    }
}
