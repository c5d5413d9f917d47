/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.camel.option.BackupUnit;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.TransferOptions;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import io.virtnbd.camel.option.VirtNbdOperation;
import io.virtnbd.nbd.client.NbdClientOptions;
import java.time.Duration;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointValidationTest {

    private final DefaultCamelContext context = new DefaultCamelContext();

    @BeforeEach
    void start() {
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private VirtNbdConfiguration configuration(String uri) {
        return context.getEndpoint(uri, VirtNbdEndpoint.class).getConfiguration();
    }

    @Test
    void takesOperationAndName() {
        VirtNbdEndpoint endpoint = context.getEndpoint("virtnbd:backup:web1?nbdUri=nbd://host/disk", VirtNbdEndpoint.class);

        assertThat(endpoint.getOperation()).isEqualTo(VirtNbdOperation.backup);
        assertThat(endpoint.getName()).isEqualTo("web1");
        assertThat(context.getEndpoint("virtnbd:verify", VirtNbdEndpoint.class).getName()).isNull();
    }

    @Test
    void takesPlusSignInSchemeAsItIsWritten() {
        VirtNbdEndpoint endpoint = context.getEndpoint("virtnbd:backup?nbdUri=nbd+unix:///disk?socket=/run/nbd.sock",
                VirtNbdEndpoint.class);

        assertThat(new RequestOptions(endpoint.options(), null).nbdUri().orElseThrow())
                .hasToString("nbd+unix:///disk?socket=/run/nbd.sock");
    }

    @Test
    void takesDurationsAndSizesWithUnits() {
        VirtNbdConfiguration configuration = configuration(
                "virtnbd:backup?nbdUri=nbd://host&connectTimeout=3s&requestTimeout=2m&segmentSize=64MB&requestSize=1m");

        assertThat(configuration.getConnectTimeout()).isEqualTo(3000);
        assertThat(configuration.getRequestTimeout()).isEqualTo(120_000);
        assertThat(configuration.getSegmentSize()).isEqualTo("64MB");
    }

    @Test
    void endpointsStartWithTheOptionsOfTheComponentAndDoNotChangeThem() {
        VirtNbdComponent component = context.getComponent("virtnbd", VirtNbdComponent.class);
        component.getConfiguration().setUnit(BackupUnit.segment);

        assertThat(configuration("virtnbd:backup?nbdUri=nbd://host&segmentSize=1m").getUnit()).isEqualTo(BackupUnit.segment);
        assertThat(component.getConfiguration().getSegmentSize()).isEqualTo("16m");
    }

    @Test
    void aReplyMayTakeAsLongAsTheRequestTimeoutSaysAlsoWhenNothingElseArrivesMeanwhile() throws Exception {
        VirtNbdEndpoint endpoint = context.getEndpoint("virtnbd:backup?nbdUri=nbd://host&requestTimeout=5m",
                VirtNbdEndpoint.class);

        NbdClientOptions client = new TransferOptions(new RequestOptions(endpoint.options(), null)).client();
        assertThat(client.requestTimeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(client.idleTimeout()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void takesTheTlsParametersOfTheEndpointElseThoseOfTheContextIfAsked() throws Exception {
        SSLContextParameters own = new SSLContextParameters();
        context.getRegistry().bind("tls", own);
        context.setSSLContextParameters(new SSLContextParameters());

        assertThat(configuration("virtnbd:backup?nbdUri=nbds://host&sslContextParameters=#tls").getSslContextParameters())
                .isSameAs(own);
        assertThat(configuration("virtnbd:backup?nbdUri=nbds://host").getSslContextParameters()).isNull();
        context.getComponent("virtnbd", VirtNbdComponent.class).setUseGlobalSslContextParameters(true);
        VirtNbdEndpoint endpoint = context.getEndpoint("virtnbd:backup?nbdUri=nbds://other", VirtNbdEndpoint.class);
        assertThat(endpoint.getConfiguration().getSslContextParameters()).isSameAs(context.getSSLContextParameters());
        assertThat(new TransferOptions(new RequestOptions(endpoint.options(), null)).client().sslContext()).isPresent();
    }

    @Test
    void listsTheOperationsThereAre() {
        assertThatThrownBy(() -> context.getEndpoint("virtnbd:backups"))
                .isInstanceOf(ResolveEndpointFailedException.class)
                .hasStackTraceContaining("unknown operation 'backups', expected one of backup, restore, verify, inspect, serve, synthesize, retention, domains");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "virtnbd:backup?nbdUri=http://host                          | not an NBD URI: 'http://host'",
        "virtnbd:backup?nbdUri=nbd://host&segmentSize=63k           | segmentSize is '63k', expected 64k to 1g",
        "virtnbd:backup?nbdUri=nbd://host&segmentSize=1025m         | segmentSize is '1025m', expected 64k to 1g",
        "virtnbd:backup?nbdUri=nbd://host&segmentSize=big           | segmentSize is 'big', expected a size",
        "virtnbd:backup?nbdUri=nbd://host&requestSize=100000        | requestSize is '100000', expected a power of two",
        "virtnbd:backup?nbdUri=nbd://host&requestSize=32m     | requestSize is '32m', expected a power of two from 64k to 16m",
        "virtnbd:backup?nbdUri=nbd://host&compression=lz4&compressionLevel=13 | compressionLevel is '13', expected 1 to 12",
        "virtnbd:backup?nbdUri=nbd://host&compression=lz4&unit=frame | compression is 'lz4', expected none with unit=frame",
        "virtnbd:backup?nbdUri=nbd://host&checkpointPrefix=a/b      | checkpoint name",
        "virtnbd:backup?nbdUri=nbd://host&disk=../vda               | disk name",
        "virtnbd:backup?nbdUri=nbd://host&disks=vda,vdb             | disk name",
        "virtnbd:backup:a{b}?nbdUri=nbd://host                      | domain name",
        "virtnbd:backup?nbdUri=nbd://host&level=inc                 | level is 'inc', expected auto or copy",
        "virtnbd:backup?nbdUri=nbd://host&connections=0             | connections is 0, expected 1 to",
        "virtnbd:backup?nbdUri=nbd://host&pipelineDepth=1000        | pipelineDepth is 1000, expected 1 to",
        "virtnbd:backup?nbdUri=nbd://host&requestTimeout=0          | requestTimeout",
        "virtnbd:backup?nbdUri=nbd://host&manifestTimeout=-1        | manifestTimeout is '-1', expected 0 or more",
        "virtnbd:restore?image=a.qcow2&nbdUri=nbd://host            | image and nbdUri are both set",
        "virtnbd:restore?image=a.qcow2&format=vmdk                  | format is 'vmdk', expected qcow2 or raw",
        "virtnbd:restore?image=a.qcow2&concurrentDisks=0            | concurrentDisks is '0', expected 1 or more",
        "virtnbd:restore?image=a.qcow2&store=direct:a&directory=b   | directory is 'b', expected none with store",
        "virtnbd:restore?image=a.qcow2&completion=chain&verify=true | verify is 'true', expected false with completion=chain",
        "virtnbd:restore?image=a.qcow2&completion=chain&define=true | completion is 'chain', expected message with define or start",
        "virtnbd:restore?image=a.qcow2&completion=chain&start=true  | completion is 'chain', expected message with define or start",
        "virtnbd:restore?image=a.qcow2&completion=chain&until=2026-11-25 | expected a checkpoint with completion=chain",
        "virtnbd:restore?image=a.qcow2&completion=chain&store=direct:a   | store is 'direct:a', expected none with completion",
        "virtnbd:restore?directory=a&newName=b                      | newName is 'b', expected none without define or start",
        "virtnbd:restore?directory=a&newUuid=new                    | newUuid is 'new', expected none without define or start",
        "virtnbd:restore?directory=a&define=true&newUuid=abc        | newUuid is 'abc', expected new or a UUID",
        "virtnbd:restore?directory=a&overwriteDomain=true           | overwriteDomain is 'true', expected false without define",
        "virtnbd:restore?directory=a&missingDisks=remove            | missingDisks is 'remove', expected fail without define",
        "virtnbd:verify?directory=a&percent=0                       | percent is '0', expected 1 to 100",
        "virtnbd:verify?directory=a&percent=101                     | percent is '101', expected 1 to 100",
        "virtnbd:verify?directory=a&stateFile=b                     | stateFile is 'b', expected none where all is read",
        "virtnbd:verify?directory=a&percent=5&until=virtnbd.1       | percent is set with disk or until",
        "virtnbd:verify?directory=a&recursive=true&disk=vda         | recursive is set with disk or until",
        "virtnbd:verify?directory=a&store=direct:b                  | directory is 'a', expected none with store",
        "virtnbd:serve?directory=a&port=65536                       | port is 65536, expected 0 to 65535",
        "virtnbd:serve?directory=a&socket=b&port=10809              | socket and port are both set",
        "virtnbd:serve?directory=a&keepScratch=true                 | keepScratch is set without scratch",
        "virtnbd:serve?directory=a&serveTls=true                    | serveTls is set without sslContextParameters",
        "virtnbd:serve?directory=a&cacheSize=lots                   | cacheSize is 'lots', expected a size",
        "virtnbd:synthesize?store=direct:a&inPlace=true             | inPlace is 'true', expected false with store",
        "virtnbd:synthesize?directory=a&segmentSize=1k              | 1024",
        "virtnbd:retention?directory=a                              | keepLast is 0, keepDaily 0, keepWeekly 0, keepMonthly 0",
        "virtnbd:retention?directory=a&keepLast=1&keepDaily=-1      | keepDaily -1",
        "virtnbd:retention?store=direct:a&keepLast=1&synthesize=true | synthesize is 'true', expected false with store",
    })
    void refusesWrongOptions(String uri, String message) {
        assertThatThrownBy(() -> context.getEndpoint(uri).start()).hasStackTraceContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "virtnbd:backup:vm1?overwrite=true                     | option overwrite is 'true', expected none with operation backup",
        "virtnbd:restore?image=a&recursive=true                | option recursive is 'true', expected none with operation restore",
        "virtnbd:restore?image=a&scratch=b                     | only serve has it",
        "virtnbd:restore?image=a&socket=b                      | only serve has it",
        "virtnbd:restore?image=a&port=10809                    | only serve has it",
        "virtnbd:restore?image=a&percent=5                     | only verify has it",
        "virtnbd:restore?image=a&dryRun=true                   | only retention has it",
        "virtnbd:verify?directory=a&verify=true                | only restore has it",
        "virtnbd:verify?directory=a&check=structure            | only restore has it",
        "virtnbd:inspect?directory=a&failOnDamage=false        | only verify has it",
        "virtnbd:serve?directory=a&image=b                     | only restore has it",
        "virtnbd:serve?directory=a&nbdUri=nbd://host           | only backup and restore have it",
        "virtnbd:serve?directory=a&start=true                  | only restore has it",
        "virtnbd:synthesize?directory=a&inPlace=true&dryRun=true | only retention has it",
        "virtnbd:retention?directory=a&keepLast=1&inPlace=true | only synthesize has it",
        "virtnbd:retention?directory=a&keepLast=1&percent=5    | only verify has it",
        "virtnbd:synthesize?directory=a&keepLast=1             | only retention has it",
    })
    void refusesOptionsThatTheOperationWouldIgnore(String uri, String message) {
        assertThatThrownBy(() -> context.getEndpoint(uri).start()).hasStackTraceContaining(message);
    }

    @Test
    void takesOptionsThatTheComponentHasForAllOperations() {
        context.getComponent("virtnbd", VirtNbdComponent.class).getConfiguration().setPercent(5);

        assertThat(configuration("virtnbd:restore?image=a").getPercent()).isEqualTo(5);
    }

    /** As a template hands on what its user left out. */
    @Test
    void takesOptionsWithoutAValue() {
        assertThat(configuration("virtnbd:verify?store=RAW()&directory=RAW(a)&newUuid=RAW()").getDirectory()).isEqualTo("a");
    }

    @Test
    void refusesUnknownOptions() {
        assertThatThrownBy(() -> context.getEndpoint("virtnbd:verify?colour=red")).hasStackTraceContaining("colour=red");
    }

    @Test
    void onlyBackupsStartRoutes() {
        assertThatThrownBy(() -> context.getEndpoint("virtnbd:verify").createConsumer(exchange -> { }))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("operation verify cannot start a route");
        assertThatThrownBy(() -> context.getEndpoint("virtnbd:backup").createConsumer(exchange -> { }))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("needs the option nbdUri");
    }
}
