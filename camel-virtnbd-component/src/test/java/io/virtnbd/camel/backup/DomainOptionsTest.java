/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.camel.DomainTestSupport;
import io.virtnbd.camel.VirtNbdEndpoint;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.engine.domain.BackupServerAddress;
import io.virtnbd.engine.domain.DomainBackupOptions;
import io.virtnbd.engine.domain.FreezeMode;
import io.virtnbd.engine.domain.RequestedLevel;
import io.virtnbd.libvirt.LibvirtOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The options and headers of a domain's backup, and what is made of them. */
class DomainOptionsTest extends DomainTestSupport {

    private int routes;

    private DomainBackupOptions asked(String uri, Object... headers) throws Exception {
        String start = "direct:" + routes++;
        routes(routes -> routes.from(start).to(uri));
        Exchange exchange = template().request(start, request -> {
            for (int i = 0; i < headers.length; i += 2) {
                request.getMessage().setHeader((String) headers[i], headers[i + 1]);
            }
        });
        assertThat(exchange.getException()).isNull();
        return host.options.get(host.options.size() - 1);
    }

    @Test
    void haveDefaults() throws Exception {
        DomainBackupOptions options = asked("virtnbd:backup:vm1");

        assertThat(options.level()).isEqualTo(RequestedLevel.AUTO);
        assertThat(options.disks()).isEmpty();
        assertThat(options.excludedDisks()).isEmpty();
        assertThat(options.checkpointPrefix()).isEqualTo("virtnbd");
        assertThat(options.freeze()).isEqualTo(FreezeMode.AUTO);
        assertThat(options.freezeTimeout()).isEqualTo(DomainBackupOptions.DEFAULT_FREEZE_TIMEOUT);
        assertThat(options.scratchDirectory()).isEqualTo(DomainBackupOptions.DEFAULT_SCRATCH_DIRECTORY);
        assertThat(options.server()).isEmpty();
        assertThat(options.includeSecrets()).isFalse();
        assertThat(options.waitForDomain()).isZero();
        assertThat(connections).containsExactly(LibvirtOptions.of("qemu:///system"));
    }

    @Test
    void areTakenFromTheEndpoint() throws Exception {
        DomainBackupOptions options = asked("virtnbd:backup:vm1?level=DIFF&disks=vda, vdb&excludeDisks=vdc"
                + "&checkpointPrefix=mine&freeze=required&freezeTimeout=5s&scratchDirectory=/scratch&includeSecrets=true&waitForDomain=2m"
                + "&requestSize=1m&backupServerHost=10.0.0.1&backupServerPort=10900&backupServerTls=true");

        assertThat(options.level()).isEqualTo(RequestedLevel.DIFF);
        assertThat(options.disks()).isEqualTo(Set.of("vda", "vdb"));
        assertThat(options.excludedDisks()).isEqualTo(Set.of("vdc"));
        assertThat(options.checkpointPrefix()).isEqualTo("mine");
        assertThat(options.freeze()).isEqualTo(FreezeMode.REQUIRED);
        assertThat(options.freezeTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(options.scratchDirectory()).isEqualTo(Path.of("/scratch"));
        assertThat(options.server()).contains(new BackupServerAddress("10.0.0.1", 10900, true));
        assertThat(options.includeSecrets()).isTrue();
        assertThat(options.waitForDomain()).isEqualTo(Duration.ofMinutes(2));
        assertThat(options.reading().requestSize()).isEqualTo(1 << 20);
    }

    @Test
    void areTakenFromHeadersWhichEndThere() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup?disks=vdz").to("mock:after"));

        template().request("direct:start", request -> {
            request.getMessage().setHeader(VirtNbdConstants.DOMAIN, "vm1");
            request.getMessage().setHeader(VirtNbdConstants.LEVEL, "Full");
            request.getMessage().setHeader(VirtNbdConstants.DISKS, "vda");
            request.getMessage().setHeader(VirtNbdConstants.EXCLUDE_DISKS, "vdb,vdc");
        });

        DomainBackupOptions options = host.options.get(0);
        assertThat(host.begun).containsExactly("vm1");
        assertThat(options.level()).isEqualTo(RequestedLevel.FULL);
        assertThat(options.disks()).isEqualTo(Set.of("vda"));
        assertThat(options.excludedDisks()).isEqualTo(Set.of("vdb", "vdc"));
        assertThat(getMockEndpoint("mock:after").getExchanges().get(0).getMessage().getHeaders())
                .doesNotContainKeys(VirtNbdConstants.DISKS, VirtNbdConstants.EXCLUDE_DISKS);
    }

    @Test
    void ofTheEndpointComeBeforeALevelInTheHeader() throws Exception {
        assertThat(asked("virtnbd:backup:vm1?level=inc", VirtNbdConstants.LEVEL, "full").level()).isEqualTo(RequestedLevel.INC);
    }

    @Test
    void areNotTakenFromWhatABackupBeforeHasLeft() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1").to("virtnbd:backup:vm2")
                .setHeader(VirtNbdConstants.LEVEL).constant("inc").to("virtnbd:backup:vm3"));

        assertThat(send().getException()).isNull();

        assertThat(host.options).extracting(DomainBackupOptions::level)
                .containsExactly(RequestedLevel.AUTO, RequestedLevel.AUTO, RequestedLevel.INC);
    }

    @Test
    void nameTheOnlyDisk() throws Exception {
        assertThat(asked("virtnbd:backup:vm1?disk=vdb", VirtNbdConstants.DISK, "vda").disks()).isEqualTo(Set.of("vdb"));
    }

    @ParameterizedTest
    @CsvSource({
        "qemu+ssh://root@kvm1/system,                  kvm1",
        "RAW(qemu+ssh://root@kvm1:2222/system?x=1),    kvm1",
        "qemu+tls://[fd00::1]/system,                  fd00::1",
        "qemu:///session,",
        "qemu+unix:///system?socket=/run/libvirt.sock,",
    })
    void takeTheHostFromTheLibvirtUri(String uri, String server) throws Exception {
        DomainBackupOptions options = asked("virtnbd:backup:vm1?uri=" + uri);

        assertThat(connections).containsExactly(LibvirtOptions.of(uri.replaceFirst("^RAW\\((.*)\\)$", "$1")));
        assertThat(options.server()).isEqualTo(Optional.ofNullable(server).map(host ->
                new BackupServerAddress(host, BackupServerAddress.DEFAULT_PORT, false)));
    }

    @Test
    void haveOneConnectionForEachDaemonAndUser() throws Exception {
        asked("virtnbd:backup:vm1?uri=qemu+tls://kvm1/system&username=u&password=p");
        asked("virtnbd:backup:vm2?uri=qemu+tls://kvm1/system&username=u&password=p&level=full");
        asked("virtnbd:backup:vm3");

        assertThat(connections).containsExactly(new LibvirtOptions("qemu+tls://kvm1/system", "u", "p"),
                LibvirtOptions.of("qemu:///system"));
    }

    @Test
    void keepCredentialsOutOfLogs() throws Exception {
        VirtNbdEndpoint endpoint = context().getEndpoint("virtnbd:backup:vm1?username=me&password=topsecret",
                VirtNbdEndpoint.class);

        assertThat(endpoint.toString()).doesNotContain("topsecret");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "virtnbd:backup:vm1?level=increment                     | increment",
        "virtnbd:backup:vm1?freeze=sometimes                    | sometimes",
        "virtnbd:backup:vm1?disks=vda,../vdb                    | disk name",
        "virtnbd:backup:vm1?checkpointPrefix=a/b                | checkpoint name",
        "virtnbd:backup:vm1?checkpointPrefix=a.7                | checkpoint name",
        "virtnbd:backup:a{b}                                    | domain name",
        "virtnbd:backup:vm1?scratchDirectory=tmp                | scratchDirectory is 'tmp', expected an absolute path",
        "virtnbd:backup:vm1?backupServerTls=true                | backupServerTls is 'true', expected false",
        "virtnbd:backup:vm1?backupServerHost=h&backupServerPort=0 | expected a host and a port from 1 to 65535",
        "virtnbd:backup:vm1?freezeTimeout=0                     | freezeTimeout is '0', expected more than 0",
        "virtnbd:backup:vm1?waitForDomain=-1                    | waitForDomain is '-1', expected 0 or more",
        "virtnbd:backup:vm1?backupTimeout=-1                    | backupTimeout is '-1', expected 0 or more",
        "virtnbd:backup:vm1?uri=not a uri                       | expected the URI of a libvirt daemon",
    })
    void areCheckedWhenTheEndpointStarts(String uri, String message) {
        assertThatThrownBy(() -> context().getEndpoint(uri).start()).hasStackTraceContaining(message);
    }

    @Test
    void takeAPatternForScheduledBackupsOnly() throws Exception {
        assertThatThrownBy(() -> context().getEndpoint("virtnbd:backup:web-*").createProducer())
                .hasMessage("the domain is 'web-*', expected one domain: only a scheduled backup takes a pattern");
        assertThat(context().getEndpoint("virtnbd:backup:web-*?nbdUri=nbd://host").createProducer()).isNotNull();
        assertThat(context().getEndpoint("virtnbd:backup:web-*").createConsumer(exchange -> { })).isNotNull();
    }

    @Test
    void needADomain() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup"));

        assertThat(send().getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("backup needs a domain").hasMessageContaining(VirtNbdConstants.DOMAIN)
                .hasMessageContaining("nbdUri");
    }

    @ParameterizedTest
    @CsvSource({VirtNbdConstants.DOMAIN + ",../vm1,domain name", VirtNbdConstants.DOMAIN + ",web-*,only a scheduled backup",
        VirtNbdConstants.LEVEL + ",everything,expected"})
    void areCheckedInHeaders(String header, String value, String message) throws Exception {
        String uri = "virtnbd:backup" + (header.equals(VirtNbdConstants.DOMAIN) ? "" : ":vm1");
        routes(routes -> routes.from("direct:start").to(uri));

        Exchange exchange = template().request("direct:start", request -> request.getMessage().setHeader(header, value));

        assertThat(exchange.getException()).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
        assertThat(host.begun).isEmpty();
    }
}
