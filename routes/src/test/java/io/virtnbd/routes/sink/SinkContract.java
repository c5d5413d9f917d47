/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.routes.sink.SinkRoutes.Made;
import io.virtnbd.testing.RandomGuest;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDisk;
import io.virtnbd.testing.TestDomain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every sink owes to a backup of a real domain with two disks, with a real server at the other end. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
public abstract class SinkContract {

    protected static final long MIB = 1 << 20;
    private static final int RETRIES = 6;
    private static final int MANY_RETRIES = 300;

    @TempDir
    protected Path directory;
    protected TestDomain domain;
    protected RandomGuest guest;
    protected final SplittableRandom random = random();
    private int files;

    private static SplittableRandom random() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("sink: seed " + seed);
        return new SplittableRandom(seed);
    }

    /** Options of the backup endpoint, as lines of YAML. */
    protected String options() {
        return "";
    }

    /** URI of the sink. */
    protected abstract String sink();

    /** Copies what is at the other end, under the names that it has there, to a new directory. */
    protected abstract void fetch(Path target) throws Exception;

    /** Lets the delivery fail once, after the sink got about so many bytes more. */
    protected abstract void disturbAfter(long bytes) throws Exception;

    /** How often the other end was disturbed. */
    protected abstract int disturbances();

    /** Lets all deliveries fail that get so far, until it is repaired. */
    protected abstract void breakAfter(long bytes) throws Exception;

    /** Lets the other end be away until it is repaired. */
    protected void outage() throws Exception {
        breakAfter(0);
    }

    /** Ends what disturbs or breaks. */
    protected abstract void repair() throws Exception;

    @BeforeEach
    void startDomain() {
        domain = new TestDomain(directory).qcow2(32 * MIB, 16 * MIB).define().start();
        guest = new RandomGuest(domain, true);
        guest.work(30);
    }

    @AfterEach
    void removeDomain() {
        domain.close();
    }

    @Test
    void keepsWhatTheDisksWere() throws Exception {
        try (SinkRoutes routes = routes()) {
            Map<Made, Map<String, Path>> contents = new LinkedHashMap<>();
            contents.put(routes.backUp("full"), content());
            guest.work(15);
            contents.put(routes.backUp("inc"), content());
            guest.work(15);
            contents.put(routes.backUp("auto"), content());
            assertThat(contents.keySet()).extracting(Made::level).containsExactly("full", "inc", "inc");
            Path fetched = fetch();
            for (Map.Entry<Made, Map<String, Path>> each : contents.entrySet()) {
                assertRestores(routes, fetched, each.getKey(), each.getValue());
            }
            assertThat(temporaryFiles(fetched)).isEmpty();
        }
    }

    @Test
    void deliversAgainWhatWasDisturbed() throws Exception {
        try (SinkRoutes routes = routes()) {
            Made full = routes.backUp("full");
            for (int i = 0; i < 3; i++) {
                guest.work(15);
                int before = disturbances();
                disturbAfter(random.nextLong(2 * MIB));
                Made increment = routes.backUp("inc");
                assertThat(disturbances()).as("disturbances").isGreaterThan(before);
                repair();
                assertThat(increment.chain()).isEqualTo(full.chain());
                assertRestores(routes, fetch(), increment, content());
            }
        }
    }

    @Test
    void goesOnAfterAnOutage() throws Exception {
        goesOnAfter(this::outage);
    }

    /** @param outage begins one, which {@link #repair()} ends after some tries */
    protected final void goesOnAfter(Outage outage) throws Exception {
        try (SinkRoutes routes = new SinkRoutes(domain.name(), options(), sink(), MANY_RETRIES)) {
            Made full = routes.backUp("full");
            guest.work(15);
            outage.begin();
            CompletableFuture<Made> delivery = CompletableFuture.supplyAsync(() -> {
                try {
                    return routes.backUp("inc");
                } catch (Exception e) {
                    throw new CompletionException(e);
                }
            });
            Awaitility.await().until(() -> routes.redeliveries() > 1 || delivery.isDone());
            assertThat(delivery).as("during the outage").isNotDone();
            repair();
            Made increment = delivery.get(60, TimeUnit.SECONDS);
            assertThat(increment.chain()).isEqualTo(full.chain());
            assertRestores(routes, fetch(), increment, content());
        }
    }

    @Test
    void doesNotCountWhatWasNotDelivered() throws Exception {
        try (SinkRoutes routes = routes(); SinkRoutes impatient = new SinkRoutes(domain.name(), options(), sink(), 1)) {
            Made full = routes.backUp("full");
            Map<String, Path> atFull = content();
            for (long bytes : new long[] {0, random.nextLong(2 * MIB)}) {
                guest.work(15);
                breakAfter(bytes);
                Exchange failed = impatient.tryBackUp("inc");
                repair();
                assertThat(failed.getException()).as("broken after " + bytes).isNotNull();
                assertThat(checkpoints()).containsExactly(full.checkpoint());
                assertThat(domain.virsh("domjobinfo")).contains("None");
                Path fetched = fetch();
                assertThat(manifests(fetched)).containsExactly(domain.name() + "." + full.checkpoint() + ".json");
                // what is there under a final name is whole: a part of a stream could not be verified
                routes.verify(chain(fetched, full));
                assertRestores(routes, fetched, full, atFull);
            }
            Made increment = routes.backUp("inc");
            assertRestores(routes, fetch(), increment, content());
        }
    }

    /**
     * Of sinks that keep files, with an option {@code fileExist}: one that is there fails the backup and stays as it is, or is
     * replaced; a temporary file that another try has left is in nobody's way.
     */
    protected final void replaces(Path backups) throws Exception {
        String manifest = domain.name() + ".virtnbd.0.json";
        Path chain = Files.createDirectories(backups.resolve(domain.name()).resolve("virtnbd.0"));
        Files.writeString(chain.resolve(manifest), "old");
        Files.writeString(chain.resolve(".incomplete-vda.full.data"), "of an earlier try".repeat(10_000_000));
        try (SinkRoutes routes = new SinkRoutes(domain.name(), options(), sink(), 2)) {
            assertThat(routes.tryBackUp("full").getException()).hasStackTraceContaining("File already exist")
                    .hasStackTraceContaining(manifest);
            assertThat(checkpoints()).isEmpty();
            assertThat(chain.resolve(manifest)).hasContent("old");
        }
        // numbers are never used twice; as if the domain had been defined anew
        domain.destroy().undefine().define().start();
        try (SinkRoutes routes = new SinkRoutes(domain.name(), options(), sink() + "&fileExist=Override", 0)) {
            Files.writeString(chain.resolve(".incomplete-vda.full.data"), "of an earlier try".repeat(10_000_000));
            Made full = routes.backUp("full");
            assertThat(chain(backups, full)).isEqualTo(chain);
            assertThat(temporaryFiles(backups)).containsExactly(".incomplete-vda.full.data");
            assertRestores(routes, backups, full, content());
        }
    }

    protected final SinkRoutes routes() throws Exception {
        return new SinkRoutes(domain.name(), options(), sink(), RETRIES);
    }

    /** What the guest sees on the disks at this moment, by their targets. */
    protected final Map<String, Path> content() {
        Map<String, Path> content = new LinkedHashMap<>();
        for (TestDisk disk : domain.disks()) {
            content.put(disk.target(), domain.snapshotContent(disk.target(), file("content")));
        }
        return content;
    }

    private Path file(String what) {
        return directory.resolve(what + "-" + files++ + ".raw");
    }

    protected final Path fetch() throws Exception {
        Path fetched = Files.createDirectory(directory.resolve("fetched-" + files++));
        fetch(fetched);
        return fetched;
    }

    protected final Path chain(Path fetched, Made made) {
        return fetched.resolve(domain.name()).resolve(made.chain());
    }

    protected final void assertRestores(SinkRoutes routes, Path fetched, Made made, Map<String, Path> content) throws Exception {
        for (Map.Entry<String, Path> disk : content.entrySet()) {
            Path image = file("restored");
            routes.restore(chain(fetched, made), made.checkpoint(), disk.getKey(), image);
            assertThat(Files.mismatch(image, disk.getValue())).as(disk.getKey() + " at " + made).isEqualTo(-1);
            Files.delete(image);
        }
        routes.verify(chain(fetched, made));
    }

    protected final List<String> checkpoints() {
        return domain.virsh("checkpoint-list", "--name").lines().filter(line -> !line.isBlank()).toList();
    }

    protected static List<String> manifests(Path fetched) throws Exception {
        return names(fetched).filter(name -> name.endsWith(".json") && !name.endsWith(".qcow.json")).toList();
    }

    protected static List<String> temporaryFiles(Path fetched) throws Exception {
        return names(fetched).filter(name -> name.startsWith(".incomplete-")).toList();
    }

    private static Stream<String> names(Path fetched) throws Exception {
        try (Stream<Path> all = Files.walk(fetched)) {
            return all.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).toList().stream();
        }
    }

    /** How an outage begins. */
    protected interface Outage {

        void begin() throws Exception;
    }
}
