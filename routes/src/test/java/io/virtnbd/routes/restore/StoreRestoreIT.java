/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.routes.server.FaultyProxy;
import io.virtnbd.routes.server.S3Server;
import io.virtnbd.routes.sink.SinkRoutes.Made;
import io.virtnbd.routes.store.StoresReadmeTest;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chain is inspected, verified, restored and served where it is, by the example of the S3 store in this module's README. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class StoreRestoreIT {
    @TempDir
    static Path shared;
    private static S3Server server;
    private static FaultyProxy proxy;
    private static BackupSets sets;

    @TempDir
    Path directory;
    private final DefaultCamelContext camel = new DefaultCamelContext();
    /** Names of files that were read as a whole, and that a part was read of. */
    private final List<String> whole = Collections.synchronizedList(new ArrayList<>());
    private final List<String> parts = Collections.synchronizedList(new ArrayList<>());

    @BeforeAll
    static void makeBackups() throws Exception {
        server = new S3Server(shared.resolve("s3"));
        server.bucket("backups");
        proxy = new FaultyProxy(server.port());
        sets = new BackupSets(Files.createDirectory(shared.resolve("domain")),
                "kamelet:virtnbd-s3-sink?bucket=backups&prefix=kvm1/&region=us-east-1&accessKey=" + S3Server.ACCESS_KEY
                        + "&secretKey=" + S3Server.SECRET_KEY + "&overrideEndpoint=true&forcePathStyle=true&uriEndpointOverride="
                        + server.endpoint(), BackupSets.Segments.FEW);
        fillAPage(sets.segments());
    }

    /** Small objects, which the component passes over, come before the streams in lists. */
    private static void fillAPage(Made backup) throws IOException {
        for (int i = 0; i < 1000; i++) {
            Files.createFile(kept(backup, "0-%04d.txt".formatted(i)));
        }
    }

    @AfterAll
    static void removeAll() throws Exception {
        if (sets != null) {
            sets.close();
        }
        proxy.close();
        server.close();
    }

    @AfterEach
    void stop() {
        camel.stop();
    }

    private void start(Made backup) throws Exception {
        start(camel, backup);
    }

    private void start(DefaultCamelContext camel, Made backup) throws Exception {
        String yaml = StoresReadmeTest.example("virtnbd-s3-store")
                .replace("kvm1/web1/virtnbd.0/", "kvm1/" + sets.domain() + "/" + backup.chain() + "/")
                .replace("/var/lib/libvirt/images/restored", directory.resolve("images") + "\n              format: raw")
                .replace("              useDefaultCredentialsProvider: true\n", """
                                      accessKey: %s
                                      secretKey: %s
                                      overrideEndpoint: true
                                      forcePathStyle: true
                                      uriEndpointOverride: http://127.0.0.1:%d
                        """.formatted(S3Server.ACCESS_KEY, S3Server.SECRET_KEY, proxy.port()));
        PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("readme.yaml", yaml));
        camel.getManagementStrategy().addEventNotifier(new EventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) {
                if (event instanceof CamelEvent.ExchangeSendingEvent sending
                        && sending.getEndpoint().getEndpointUri().equals("direct://backups")) {
                    Message message = sending.getExchange().getMessage();
                    if ("read".equals(message.getHeader(VirtNbdConstants.STORE_OPERATION))) {
                        (message.getHeader(VirtNbdConstants.RANGE_START) == null ? whole : parts)
                                .add(message.getHeader(Exchange.FILE_NAME, String.class));
                    }
                }
            }
        });
        camel.start();
    }

    private Exchange request(String endpoint) {
        return request(camel, endpoint);
    }

    private static Exchange request(DefaultCamelContext camel, String endpoint) {
        return camel.createProducerTemplate().request(endpoint, exchange -> { });
    }

    private static Path kept(Made backup, String name) {
        return shared.resolve("s3/backups/kvm1").resolve(sets.domain()).resolve(backup.chain()).resolve(name);
    }

    private void assertRestored(Exchange done, Made backup) throws IOException {
        assertThat(done.getException()).isNull();
        for (Map.Entry<String, Path> disk : sets.contents(backup).entrySet()) {
            assertThat(Files.mismatch(directory.resolve("images").resolve(disk.getKey() + ".raw"), disk.getValue()))
                    .as(disk.getKey()).isEqualTo(-1);
        }
    }

    @Test
    void inspectsByTheStartsOfObjects() throws Exception {
        start(sets.plain());

        Exchange done = request("direct:inspect");

        assertThat(done.getException()).isNull();
        assertThat(done.getMessage().getBody(Map.class)).extractingByKey("disks").asString().contains("vda", "vdb");
        assertThat(whole).noneMatch(name -> name.endsWith(".data"));
    }

    @Test
    void verifiesWhatNoPageOfAListHasReadingEachOnce() throws Exception {
        start(sets.segments());

        Exchange done = request("direct:verify");

        assertThat(done.getException()).isNull();
        try (Stream<Path> files = Files.list(kept(sets.segments(), ""))) {
            assertThat(whole.stream().filter(name -> name.endsWith(".data"))).isNotEmpty()
                    .containsExactlyInAnyOrderElementsOf(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".data")).toList());
        }
    }

    @Test
    void restoresAllDisksOverANetworkThatIsCut() throws Exception {
        start(sets.plain());
        proxy.cutAfterReceived(8 << 20, 3);

        assertRestored(request("direct:restore"), sets.plain());
        assertThat(proxy.faults()).isPositive();
        proxy.heal();
    }

    @Test
    void restoresSegments() throws Exception {
        start(sets.segments());

        assertRestored(request("direct:restore"), sets.segments());
    }

    /** Every sector is as it was, and no object is read as a whole. */
    @Test
    void servesDisksByPartsOfObjects() throws Exception {
        for (Made backup : List.of(sets.plain(), sets.segments())) {
            try (DefaultCamelContext serving = new DefaultCamelContext()) {
                start(serving, backup);
                whole.clear();
                Map<?, ?> exports = request(serving, "direct:serve").getMessage().getBody(Map.class);
                assertThat(exports).hasSize(2);
                for (Map.Entry<String, Path> disk : sets.contents(backup).entrySet()) {
                    Tool.run("qemu-img", "compare", "-f", "raw", "-F", "raw", exports.get(disk.getKey()).toString(),
                            disk.getValue().toString());
                }
                assertThat(whole).noneMatch(name -> name.endsWith(".data"));
                assertThat(parts).isNotEmpty();
            }
        }
    }

    @Test
    void namesWhatIsDamaged() throws Exception {
        start(sets.plain());
        Path full = kept(sets.plain(), "vda.full.data");
        byte[] content = Files.readAllBytes(full);
        try {
            byte[] flipped = content.clone();
            flipped[content.length / 2] ^= 1;
            Files.write(full, flipped);
            assertThat(request("direct:verify").getException()).hasMessageContaining("vda.full.data");

            Files.write(full, Arrays.copyOf(content, content.length / 2));
            assertThat(request("direct:verify").getException()).hasMessageContaining("vda.full.data");

            Files.delete(full);
            assertThat(request("direct:verify").getException()).hasMessageContaining("vda");
            assertThat(request("direct:restore").getException()).isNotNull();
            assertThat(directory.resolve("images")).satisfiesAnyOf(images -> assertThat(images).doesNotExist(),
                    images -> assertThat(images).isEmptyDirectory());
        } finally {
            Files.write(full, content);
        }
        assertThat(request("direct:verify").getException()).isNull();
    }
}
