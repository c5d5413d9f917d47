/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Level;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.engine.directory.FileSteps;
import io.virtnbd.engine.retention.RetentionReport.Action;
import io.virtnbd.engine.synthetic.SyntheticSet;
import io.virtnbd.store.DirectoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionTest {

    private static final LocalDateTime START = LocalDateTime.of(2026, 1, 1, 22, 0);

    @TempDir
    private Path tree;

    /** All sets by their paths. */
    private final Map<String, SyntheticSet> sets = new LinkedHashMap<>();
    private final Map<String, LocalDateTime> dates = new LinkedHashMap<>();
    private final Map<String, List<String>> byDomain = new LinkedHashMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whatARuleKeepsCanBeRestoredAtEachStep(long seed) throws IOException {
        Random random = new Random(seed);
        histories(random);
        RetentionRules rules = new RetentionRules(random.nextInt(3), random.nextInt(5), random.nextInt(3),
                1 + random.nextInt(3));
        Set<String> wanted = oracle(rules);
        int[] step = new int[1];
        FileSteps killer = what -> {
            if (step[0]-- <= 0) {
                throw new IllegalStateException("killed at " + what);
            }
        };
        boolean synthesize = random.nextBoolean();
        for (int steps = 0; ; steps += 7) {
            step[0] = steps;
            try {
                run(rules, synthesize, killer);
                break;
            } catch (IllegalStateException e) {
                // what is being changed is refused
                assertRestorable(wanted.stream().filter(point -> !Files.exists(tree.resolve(
                        point.substring(0, point.indexOf(' '))).resolve(BackupDirectory.CHANGES))).toList());
            }
        }
        assertRestorable(wanted);
        RetentionReport again = run(rules, synthesize, FileSteps.NONE);
        assertThat(again.points()).allMatch(point -> point.action() == Action.KEPT);
        assertThat(again.problems()).isEmpty();
        for (SyntheticSet set : sets.values()) {
            if (Files.exists(set.directory())) {
                assertThat(Files.list(set.directory())).noneMatch(file -> file.getFileName().toString().startsWith("."));
            }
        }
    }

    @Test
    void aChainWithDamageIsReportedAndNotTouched() throws IOException {
        histories(new Random(1));
        SyntheticSet oldest = sets.values().iterator().next();
        try (var files = Files.list(oldest.directory())) {
            Files.delete(files.filter(file -> file.toString().endsWith(".data")).findFirst().orElseThrow());
        }
        long before = Files.list(oldest.directory()).count();
        RetentionReport report = run(new RetentionRules(1, 0, 0, 0), false, FileSteps.NONE);
        assertThat(report.problems()).containsOnlyKeys(tree.relativize(oldest.directory()).toString());
        assertThat(Files.list(oldest.directory())).hasSize((int) before);
        assertThat(report.points()).anyMatch(point -> point.action() == Action.DELETED);
    }

    @Test
    void aFullThatIsStillBeingDeliveredIsNoPointAndStays() throws IOException {
        histories(new Random(2));
        SyntheticSet fresh = new SyntheticSet(tree.resolve("vm0/virtnbd.900"), "vm0", new Random(1), true, "new");
        fresh.attach("vda", 4);
        fresh.backup(Level.FULL, 900, List.of("vda"), START.plusYears(1), true);
        Files.delete(tree.resolve("vm0/virtnbd.900/vm0.virtnbd.900.json"));
        RetentionReport report = run(new RetentionRules(1, 0, 0, 0), false, FileSteps.NONE);
        assertThat(report.problems()).containsOnlyKeys("vm0/virtnbd.900");
        assertThat(report.points()).filteredOn(point -> point.domain().equals("vm0") && point.action() == Action.KEPT)
                .isNotEmpty().noneMatch(point -> point.checkpoint().equals("virtnbd.900"));
        assertThat(fresh.directory().resolve("vda.full.data").toFile().exists()
                || fresh.directory().resolve("vda.full.00000.data").toFile().exists()).isTrue();
    }

    @Test
    void dryRunChangesNothing() throws IOException {
        histories(new Random(3));
        long before = Files.walk(tree).count();
        RetentionReport report = Retention.run(new DirectoryStore(tree), new RetentionOptions(new RetentionRules(1, 0, 0, 0),
                Optional.empty(), true, true, DiskReadOptions.defaults()), FileSteps.NONE);
        assertThat(report.points()).anyMatch(point -> point.action() == Action.DELETED);
        assertThat(report.bytes()).isPositive();
        assertThat(Files.walk(tree)).hasSize((int) before);
    }

    @Test
    void rulesThatWouldKeepNothingAreRefused() {
        assertThatThrownBy(() -> new RetentionRules(0, 0, 0, 0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("keepLast is 0");
    }

    private RetentionReport run(RetentionRules rules, boolean synthesize, FileSteps steps) throws IOException {
        return Retention.run(new DirectoryStore(tree), new RetentionOptions(rules, Optional.empty(), synthesize, false,
                DiskReadOptions.defaults()), steps);
    }

    /** Chains of two domains over months. */
    private void histories(Random random) throws IOException {
        for (String domain : List.of("vm0", "vm1")) {
            LocalDateTime date = START;
            int number = 0;
            for (int chain = 0; chain < 3; chain++) {
                String path = domain + "/virtnbd." + number;
                SyntheticSet set = new SyntheticSet(tree.resolve(path), domain, random, true, path);
                sets.put(path, set);
                set.attach("vda", 6);
                set.attach("vdb", 4);
                add(path, set, domain, Level.FULL, number++, List.of("vda", "vdb"), date, true);
                for (int i = random.nextInt(6); i >= 0; i--) {
                    date = date.plusHours(1 + random.nextInt(400));
                    set.write("vda", 2);
                    boolean differential = random.nextInt(5) == 0;
                    add(path, set, domain, differential ? Level.DIFF : Level.INC, number++,
                            random.nextInt(3) == 0 ? List.of("vda") : List.of("vda", "vdb"), date, random.nextInt(6) > 0);
                }
                date = date.plusDays(1);
            }
        }
    }

    private void add(String path, SyntheticSet set, String domain, Level level, int number, List<String> disks,
            LocalDateTime date, boolean committed) throws IOException {
        String point = path + " " + set.backup(level, number, disks, date, committed);
        dates.put(point, date);
        byDomain.computeIfAbsent(domain, any -> new ArrayList<>()).add(0, point);
    }

    /** Counts back, point by point. */
    private Set<String> oracle(RetentionRules rules) {
        Set<String> wanted = new HashSet<>();
        for (List<String> points : byDomain.values()) {
            for (int i = 0; i < points.size(); i++) {
                LocalDateTime date = dates.get(points.get(i));
                List<LocalDateTime> newer = points.subList(0, i).stream().map(dates::get).toList();
                long days = newer.stream().map(LocalDateTime::toLocalDate).distinct().count();
                boolean lastOfDay = newer.stream().noneMatch(each -> each.toLocalDate().equals(date.toLocalDate()));
                long weeks = newer.stream().map(each -> each.toLocalDate().with(DayOfWeek.MONDAY)).distinct().count();
                boolean lastOfWeek = newer.stream().noneMatch(each -> each.toLocalDate().with(DayOfWeek.MONDAY)
                        .equals(date.toLocalDate().with(DayOfWeek.MONDAY)));
                long months = newer.stream().map(YearMonth::from).distinct().count();
                boolean lastOfMonth = newer.stream().noneMatch(each -> YearMonth.from(each).equals(YearMonth.from(date)));
                if (i == 0 || i < rules.last() || lastOfDay && days < rules.daily() || lastOfWeek && weeks < rules.weekly()
                        || lastOfMonth && months < rules.monthly()) {
                    wanted.add(points.get(i));
                }
            }
        }
        return wanted;
    }

    private void assertRestorable(Collection<String> wanted) throws IOException {
        for (String point : wanted) {
            SyntheticSet set = sets.get(point.substring(0, point.indexOf(' ')));
            String checkpoint = point.substring(point.indexOf(' ') + 1);
            BackupDirectory read = BackupDirectory.read(set.directory());
            for (Map.Entry<String, byte[]> disk : set.points().get(checkpoint).entrySet()) {
                assertThat(SyntheticSet.read(read.chain(disk.getKey(), Until.checkpoint(checkpoint)))).as("%s of %s", disk.getKey(),
                        point).isEqualTo(disk.getValue());
            }
        }
    }
}
