/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.scaleout;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.testing.RandomGuest;
import io.virtnbd.testing.TestDomain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Domains that are written to, workers that share the requests for their backups, and what must be true in the end. */
abstract class ScaleOutTestSupport {

    private static final long MIB = 1 << 20;
    private static final int DOMAINS = 6;
    private static final int WORKERS = 3;
    /** In each the domains are asked for as many backups, one after the other. */
    private static final int[] WAVES = {2, 3};

    @TempDir
    Path directory;
    final List<TestDomain> domains = new ArrayList<>();
    private final List<RandomGuest> guests = new ArrayList<>();
    private final List<Worker> workers = new CopyOnWriteArrayList<>();
    private final List<Kill> kills = new CopyOnWriteArrayList<>();
    private final Deque<Integer> killsToDo = new ArrayDeque<>();
    /** The domain of each request that was sent. */
    final Map<String, String> requests = new LinkedHashMap<>();
    private BackupStore store;
    private SplittableRandom random;
    private int begun;
    private boolean ended;

    /** YAML of the workers. */
    abstract String yaml();

    /** Properties of the workers, beside {@code backups}, the directory for what they make. */
    abstract Map<String, String> properties();

    abstract void startBroker() throws Exception;

    /** Waits until that many workers take part. */
    abstract void awaitWorkers(int count) throws Exception;

    /** Sends a request in JSON. */
    abstract void send(String domain, String json) throws Exception;

    /** The answers that have come since the last call. */
    abstract Collection<Reply> receive() throws Exception;

    /** Fails unless every request was taken off, and none put aside. Called when the workers have ended. */
    abstract void assertNoRequestIsLeft() throws Exception;

    abstract void stopBroker() throws Exception;

    /** A name for the domain with that index. */
    String domainName(int index) {
        return TestDomain.uniqueName();
    }

    @BeforeEach
    final void startDomains() throws Exception {
        long seed = Long.getLong("scaleout.seed", new SplittableRandom().nextLong());
        System.out.println("scale-out: seed " + seed);
        random = new SplittableRandom(seed);
        store = new BackupStore(directory.resolve("backups"));
        startBroker();
        for (int i = 0; i < DOMAINS; i++) {
            TestDomain domain = new TestDomain(directory, domainName(i));
            domains.add(domain);
            domain.qcow2(i % 3 == 0 ? new long[] {8 * MIB, 8 * MIB} : new long[] {(8 + 2 * i) * MIB}).define().start();
            guests.add(new RandomGuest(domain, true, random.nextLong()));
            guests.get(i).work(8);
        }
    }

    @AfterEach
    final void stopAll() throws Exception {
        synchronized (this) {
            ended = true;
        }
        try {
            for (Worker worker : workers) {
                worker.close();
            }
        } finally {
            domains.forEach(TestDomain::close);
            stopBroker();
        }
    }

    private void startWorker() throws Exception {
        Map<String, String> properties = new LinkedHashMap<>(properties());
        properties.put("backups", store.root().toString());
        workers.add(new Worker("worker-" + workers.size(), directory, yaml(), properties, this::began));
    }

    /**
     * Called by the thread that reads the worker's log. Kills it when its turn has come, if it is still in the middle of it;
     * else the one that is next. Another takes its place.
     */
    private synchronized void began(Worker worker, Backup backup) throws Exception {
        begun++;
        if (ended || killsToDo.isEmpty() || begun < killsToDo.peek()) {
            return;
        }
        int whole = random.nextInt(7); // the last one is the manifest, with which the backup counts
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> store.files(backup.domain(), backup.checkpoint())
                .stream().filter(BackupStore::isWhole).count() >= whole
                || store.manifests(backup.domain()).contains(backup.checkpoint()));
        if (!Kill.inTheMiddle(worker, backup)) {
            return;
        }
        killsToDo.remove();
        kills.add(new Kill(worker, backup, store.files(backup.domain(), backup.checkpoint()), System.currentTimeMillis()));
        System.out.println("scale-out: killed " + worker.name() + " in " + backup + ", had "
                + kills.get(kills.size() - 1).files());
        startWorker();
    }

    /**
     * Has requests carried out by three workers.
     *
     * @param copies how often each is sent
     * @param kill   counts of backups that have begun, at which a worker is killed, ascending
     * @return the answers to each, in the order in which they came
     */
    final Map<String, List<Reply>> backUpAll(int copies, int... kill) throws Exception {
        synchronized (this) {
            Arrays.stream(kill).forEach(killsToDo::add);
            for (int i = 0; i < WORKERS; i++) {
                startWorker();
            }
        }
        for (Worker worker : List.copyOf(workers)) {
            worker.awaitStarted();
        }
        awaitWorkers(WORKERS);
        Map<String, List<Reply>> replies = new TreeMap<>();
        int round = 0;
        for (int rounds : WAVES) {
            // while no backup is being made: QEMU was once seen to die of writes through its monitor while a job began
            guests.forEach(guest -> guest.work(8));
            for (int last = round + rounds; round < last; round++) {
                for (TestDomain domain : domains) {
                    request(domain.name(), level(round), copies);
                }
            }
            int expected = DOMAINS * round * copies;
            Awaitility.await().atMost(Duration.ofMinutes(5)).untilAsserted(() -> {
                receive().forEach(reply -> replies.computeIfAbsent(reply.request(), id -> new ArrayList<>()).add(reply));
                assertThat(replies.keySet()).isEqualTo(requests.keySet());
                assertThat(replies.values().stream().mapToInt(List::size).sum()).isGreaterThanOrEqualTo(expected);
            });
        }
        synchronized (this) {
            ended = true;
        }
        for (Worker worker : workers) {
            if (kills.stream().noneMatch(each -> each.worker() == worker)) {
                worker.awaitStarted();
                worker.stop();
            }
        }
        receive().forEach(reply -> replies.get(reply.request()).add(reply));
        assertThat(kills).hasSize(kill.length);
        report();
        return replies;
    }

    private void request(String domain, String level, int copies) throws Exception {
        String id = domain + "-" + requests.size();
        requests.put(id, domain);
        for (int i = 0; i < copies; i++) {
            send(domain, "{\"requestId\":\"%s\",\"domain\":\"%s\"%s}".formatted(id, domain,
                    level.isEmpty() ? "" : ",\"level\":\"" + level + "\""));
        }
    }

    /** A differential takes a chain, which a first request that was killed may not have begun yet. */
    private String level(int round) {
        return switch (random.nextInt(8)) {
            case 0 -> "full";
            case 1, 2 -> round > 2 ? "diff" : "";
            case 3 -> "copy";
            default -> "";
        };
    }

    /** Of those whose worker was killed. */
    final Set<String> killedRequests() {
        return kills.stream().map(kill -> kill.backup().request()).collect(Collectors.toSet());
    }

    /** What is so however often requests are delivered, and whoever dies. */
    final void assertWhole(Map<String, List<Reply>> replies) throws Exception {
        replies.forEach((id, answers) -> {
            assertThat(answers).as(id).allSatisfy(reply -> {
                assertThat(reply.domain()).isEqualTo(requests.get(id));
                assertThat(reply.checkpoint()).isEqualTo(answers.get(0).checkpoint());
                assertThat(reply.chain()).isEqualTo(answers.get(0).chain());
            });
            // whoever commits a backup can be overtaken, on the way to its reply, by who finds it made
            long completed = answers.stream().filter(reply -> reply.status().equals("completed")).count();
            assertThat(completed).as(id).isLessThanOrEqualTo(1);
            assertThat(answers).as(id).extracting(Reply::status).isSubsetOf("completed", "duplicate");
            assertThat(completed > 0 || killedRequests().contains(id)).as("completed: %s", answers).isTrue();
        });
        for (TestDomain domain : domains) {
            assertOneAtATime(domain);
            List<Reply> made = replies.values().stream().map(answers -> answers.get(0))
                    .filter(reply -> reply.domain().equals(domain.name())).sorted(Comparator.comparing(Reply::number)).toList();
            assertManifests(domain, made);
            assertRecord(domain, made);
            assertLeftovers(domain, made);
            assertRestores(domain, made.get(made.size() - 1));
        }
        assertThat(workers.stream().filter(worker -> worker.made() > 0)).as("workers that have made backups")
                .hasSizeGreaterThanOrEqualTo(2);
    }

    private void assertOneAtATime(TestDomain domain) {
        Map<Long, Long> times = new TreeMap<>();
        workers.forEach(worker -> worker.backups().forEach((backup, end) -> {
            if (backup.domain().equals(domain.name())) {
                times.put(backup.millis(), end);
            }
        }));
        long last = 0;
        for (Map.Entry<Long, Long> backup : times.entrySet()) {
            assertThat(backup.getKey()).as("backups of %s began and ended at %s", domain.name(), times)
                    .isGreaterThanOrEqualTo(last);
            last = backup.getValue();
        }
    }

    /** One for each request, and perhaps that of a backup which was delivered but did not count when its worker was killed. */
    private void assertManifests(TestDomain domain, List<Reply> made) {
        List<String> found = new ArrayList<>(store.manifests(domain.name()));
        assertThat(found).as("manifests of %s", domain.name()).doesNotHaveDuplicates()
                .containsAll(made.stream().map(Reply::checkpoint).toList());
        made.forEach(reply -> found.remove(reply.checkpoint()));
        assertThat(killedBackups(domain)).as("manifests of %s that nobody was told of", domain.name()).containsAll(found);
    }

    private Set<String> killedBackups(TestDomain domain) {
        return kills.stream().map(Kill::backup).filter(backup -> backup.domain().equals(domain.name()))
                .map(Backup::checkpoint).collect(Collectors.toSet());
    }

    private void assertRecord(TestDomain domain, List<Reply> made) throws Exception {
        DomainRecord record = DomainRecord.of(domain);
        assertThat(record.pending()).isFalse();
        assertThat(record.requests()).containsExactlyElementsOf(made.stream().map(Reply::request).toList());
        assertThat(domain.virsh("checkpoint-list", "--name").lines().filter(line -> !line.isBlank())).as("%s", domain.name())
                .containsExactlyInAnyOrderElementsOf(record.needed());
        assertThat(domain.virsh("domjobinfo")).contains("None");
    }

    /** Of backups that do not count there is nothing but what killed workers have left. */
    private void assertLeftovers(TestDomain domain, List<Reply> made) {
        Set<String> count = made.stream().map(Reply::checkpoint).collect(Collectors.toSet());
        Set<String> left = new TreeSet<>();
        for (String file : store.files(domain.name())) {
            String checkpoint = BackupStore.checkpoint(file);
            if (!count.contains(checkpoint)) {
                left.add(checkpoint);
            }
        }
        assertThat(killedBackups(domain)).as("left of backups of %s", domain.name()).containsAll(left);
    }

    private void assertRestores(TestDomain domain, Reply last) throws Exception {
        try (CamelContext camel = new DefaultCamelContext()) {
            camel.start();
            ProducerTemplate template = camel.createProducerTemplate();
            for (Path chain : store.chains(domain.name())) {
                template.requestBody("virtnbd:verify?directory=" + chain, "");
            }
            Path chain = store.root().resolve(domain.name()).resolve(last.chain());
            for (var disk : domain.disks()) {
                Path image = directory.resolve(domain.name() + "-restored-" + disk.target() + ".raw");
                template.requestBody("virtnbd:restore?format=raw&directory=" + chain + "&disk=" + disk.target() + "&until="
                        + last.checkpoint() + "&image=" + image, "");
                Path content = domain.snapshotContent(disk.target(), directory.resolve(domain.name() + "-content.raw"));
                assertThat(Files.mismatch(image, content)).as("%s of %s, restored from %s", disk.target(), domain.name(), last)
                        .isEqualTo(-1);
            }
        }
    }

    private void report() {
        workers.forEach(worker -> System.out.println("scale-out: " + worker.name() + " made " + worker.made() + " backups"));
        for (Kill kill : kills) {
            long next = workers.stream().flatMap(worker -> worker.backups().keySet().stream())
                    .filter(backup -> backup.domain().equals(kill.backup().domain())
                            && backup.millis() > kill.backup().millis())
                    .mapToLong(Backup::millis).min().orElse(-1);
            System.out.printf(Locale.ROOT, "scale-out: %s was backed up again %.1f s after the kill%n", kill.backup().domain(),
                    next < 0 ? Double.NaN : (next - kill.millis()) / 1e3);
        }
    }
}
