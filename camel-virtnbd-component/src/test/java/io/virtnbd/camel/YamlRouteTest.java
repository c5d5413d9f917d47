/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;

class YamlRouteTest extends RouteTestSupport {

    @Test
    void backsUpAndRestoresAsOnTheComponentsPage() throws Exception {
        Path set = directory.resolve("set");
        Path image = directory.resolve("vda.raw");
        String yaml = """
                - route:
                    from:
                      uri: direct:start
                      steps:
                        - to:
                            uri: virtnbd:backup:web1
                            parameters:
                              nbdUri: %s
                              compression: lz4
                              segmentSize: 1m
                              unit: segment
                        - split:
                            simple: ${body}
                            streaming: true
                            stopOnException: true
                            steps:
                              - to:
                                  uri: file:%s
                                  parameters:
                                    tempFileName: ${file:name}.part
                                    eagerDeleteTargetFile: false
                        - to:
                            uri: virtnbd:restore
                            parameters:
                              directory: %s
                              image: %s
                """.formatted(disk.uri(), set, set, image);
        PluginHelper.getRoutesLoader(context()).loadRoutes(ResourceHelper.fromString("backup.yaml", yaml));

        assertThat(send().getException()).isNull();

        assertThat(set.resolve("web1.virtnbd.0.json")).exists();
        assertThat(image).hasBinaryContent(disk.content());
    }
}
