/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.virtnbd.camel.PageExamples;
import io.virtnbd.camel.RouteTestSupport;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.chain.Level;
import io.virtnbd.engine.synthetic.SyntheticSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of the backups of two domains. */
class RetentionRouteTest extends RouteTestSupport {

    private Path backups;
    private final Map<String, SyntheticSet> sets = new HashMap<>();

    /** Each domain: fulls of chains on Oct 5 (Monday), 6, 6 (later), 13 and Nov 2, each in a directory, and an increment. */
    @BeforeEach
    void backUp() throws Exception {
        backups = directory.resolve("backups");
        int number = 0;
        for (String date : List.of("10-05T22:00", "10-06T03:00", "10-06T22:00", "10-13T22:00", "11-02T22:00")) {
            for (String domain : List.of("vm1", "vm2")) {
                add(domain, domain + "/virtnbd." + number, Level.FULL, number, date);
            }
            number++;
        }
        // the last chain goes on
        for (String domain : List.of("vm1", "vm2")) {
            add(domain, domain + "/virtnbd.4", Level.INC, 5, "11-03T22:00");
        }
    }

    private void add(String domain, String path, Level level, int number, String date) throws IOException {
        SyntheticSet set = sets.get(path);
        if (set == null) {
            set = new SyntheticSet(backups.resolve(path), domain, new Random(number), true, path);
            set.attach("vda", 8);
            sets.put(path, set);
        }
        set.write("vda", 2);
        set.backup(level, number, List.of("vda"), LocalDateTime.parse("2026-" + date), true);
    }

    private Exchange retain(String options) {
        Exchange done = template().send("virtnbd:retention" + options + "&directory=" + backups, exchange -> { });
        assertThat(done.getException()).isNull();
        return done;
    }

    @SuppressWarnings("unchecked")
    private static List<String> points(Exchange done, String domain, String action) {
        Map<String, Object> report = done.getMessage().getBody(Map.class);
        var domains = (Map<String, List<Map<String, Object>>>) report.get("domains");
        List<String> points = new ArrayList<>();
        for (Map<String, Object> point : domains.getOrDefault(domain, List.of())) {
            assertThat(point).containsOnlyKeys("checkpoint", "level", "date", "set", "action", "reasons");
            if (point.get("action").equals(action)) {
                points.add(point.get("checkpoint").toString().replace("virtnbd.", ""));
            }
        }
        return points;
    }

    private void assertRestorable(String path, int number) throws IOException {
        Path image = directory.resolve("restored.raw");
        Exchange done = template().send("virtnbd:restore?overwrite=true&format=raw&image=" + image + "&disk=vda&directory="
                + backups.resolve(path) + "&until=virtnbd." + number, request -> { });
        assertThat(done.getException()).isNull();
        assertThat(Files.readAllBytes(image)).isEqualTo(sets.get(path).points().get("virtnbd." + number).get("vda"));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.walk(backups)) {
            return files.map(file -> backups.relativize(file).toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "keepLast=1; 5 4", "keepLast=3; 5 4 3", "keepDaily=4; 5 4 3 2", "keepDaily=5; 5 4 3 2 0", "keepWeekly=3; 5 4 3 2",
        "keepMonthly=2; 5 4 3", "keepLast=1&keepMonthly=2; 5 4 3", "keepLast=99; 5 4 3 2 1 0"})
    void whatTheRulesKeepStaysAndTheRestGoes(String rules, String kept) throws IOException {
        Exchange done = retain("?" + rules);

        List<String> left = List.of(kept.split(" "));
        for (String domain : List.of("vm1", "vm2")) {
            assertThat(points(done, domain, "kept")).containsExactlyElementsOf(left);
            assertThat(points(done, domain, "deleted")).hasSize(6 - left.size());
            for (int number = 0; number < 6; number++) {
                String path = domain + "/virtnbd." + Math.min(number, 4);
                if (left.contains("" + number)) {
                    assertRestorable(path, number);
                } else {
                    assertThat(backups.resolve(path)).doesNotExist();
                }
            }
        }
        assertReport(done).containsOnlyKeys("directory", "dryRun", "kept", "deleted", "folded", "bytesFreed", "domains", "problems")
                .containsEntry("directory", backups.toString()).containsEntry("dryRun", false)
                .containsEntry("kept", 2L * left.size()).containsEntry("deleted", 12L - 2L * left.size())
                .containsEntry("folded", 0L).containsEntry("problems", Map.of());
        assertThat(names()).noneMatch(name -> name.contains("/.") || name.startsWith("."));
    }

    @Test
    void aDryRunReportsTheSameAndChangesNothing() throws IOException {
        List<String> before = names();
        Exchange dry = retain("?keepLast=1&dryRun=true");
        assertThat(names()).isEqualTo(before);
        assertReport(dry).containsEntry("dryRun", true);

        Exchange done = retain("?keepLast=1");
        for (String key : List.of("kept", "deleted", "folded", "bytesFreed", "domains")) {
            assertReport(done).containsEntry(key, dry.getMessage().getBody(Map.class).get(key));
        }
    }

    @Test
    void ofOneDomainTheOthersStay() throws IOException {
        Exchange done = retain(":vm1?keepLast=1");

        assertThat(points(done, "vm1", "deleted")).hasSize(4);
        assertReport(done).extractingByKey("domains").asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsOnlyKeys("vm1");
        for (int number = 0; number < 5; number++) {
            assertRestorable("vm2/virtnbd." + number, number);
        }
        Exchange byHeader = template().send("virtnbd:retention?keepLast=1&directory=" + backups, exchange ->
                exchange.getMessage().setHeader(VirtNbdConstants.DOMAIN, "vm3"));
        assertReport(byHeader).containsEntry("deleted", 0L);
    }

    @Test
    void olderIncrementsAreFoldedWhereSomethingBuildsOnThem() throws IOException {
        for (int number = 6; number < 9; number++) {
            add("vm1", "vm1/virtnbd.4", Level.INC, number, "11-0" + (number - 2) + "T22:00");
        }

        Exchange done = retain(":vm1?keepLast=1&synthesize=true&compression=lz4");

        assertThat(points(done, "vm1", "folded")).containsExactly("6", "5", "4");
        assertThat(points(done, "vm1", "kept")).containsExactly("8", "7");
        assertRestorable("vm1/virtnbd.4", 7);
        assertRestorable("vm1/virtnbd.4", 8);
        add("vm1", "vm1/virtnbd.4", Level.INC, 9, "11-07T22:00");
        assertRestorable("vm1/virtnbd.4", 9);
        assertThat(points(retain(":vm1?keepLast=2&synthesize=true"), "vm1", "kept")).containsExactly("9", "8");
    }

    @Test
    void aChainWithDifferentialsOnItsFullIsNotFolded() throws IOException {
        for (int number = 6; number < 9; number++) {
            add("vm1", "vm1/virtnbd.4", number == 6 ? Level.DIFF : Level.INC, number, "11-0" + (number - 2) + "T22:00");
        }

        Exchange done = retain(":vm1?keepLast=1&synthesize=true");

        assertThat(points(done, "vm1", "folded")).isEmpty();
        assertRestorable("vm1/virtnbd.4", 4);
        assertRestorable("vm1/virtnbd.4", 8);
    }

    @Test
    void theRouteOnThePagePrunes() throws Exception {
        String yaml = PageExamples.yaml("Retention", 0).replace("/backups", backups.toString())
                .replace("0 0 14 ? * SUN", "0/1 * * * * ?").replace("keepDaily: 14", "keepDaily: 2")
                .replace("keepWeekly: 8", "keepWeekly: 1").replace("keepMonthly: 12", "keepMonthly: 1");
        PluginHelper.getRoutesLoader(context()).loadRoutes(ResourceHelper.fromString("page.yaml", yaml));

        for (String gone : List.of("vm1/virtnbd.0", "vm1/virtnbd.2", "vm2/virtnbd.0", "vm2/virtnbd.2")) {
            await().until(() -> !Files.exists(backups.resolve(gone)));
        }
        assertRestorable("vm1/virtnbd.4", 5);
        assertRestorable("vm2/virtnbd.4", 4);
    }

    @Test
    void anUnfinishedChangeBehindALinkIsFinished() throws IOException {
        Path elsewhere = Files.move(backups.resolve("vm1/virtnbd.0"), directory.resolve("elsewhere"));
        Files.createSymbolicLink(backups.resolve("vm1/virtnbd.0"), elsewhere);
        Files.createDirectories(elsewhere.resolve(".virtnbd-new"));
        Files.createSymbolicLink(backups.resolve("loop"), backups);

        retain("?keepLast=99");

        assertThat(elsewhere.resolve(".virtnbd-new")).doesNotExist();
        assertRestorable("vm1/virtnbd.0", 0);
    }

    @Test
    void aSetWithoutManifestsStaysOrGoesAsAWhole() throws IOException {
        for (int month = 9; month <= 10; month++) {
            Path at = backups.resolve("vm3/2026-" + month);
            SyntheticSet set = new SyntheticSet(at, "vm3", new Random(month), false, "");
            set.attach("vda", 8);
            set.backup(Level.FULL, 0, List.of("vda"), LocalDateTime.of(2026, month, 1, 22, 0), true);
            set.write("vda", 2);
            set.backup(Level.INC, 1, List.of("vda"), LocalDateTime.of(2026, month, 2, 22, 0), true);
            Files.writeString(at.resolve("vm3.cpt"), "[]");
            Files.writeString(at.resolve("vmconfig.virtnbd.1.xml"), "<domain><name>vm3</name></domain>");
            sets.put("vm3/2026-" + month, set);
        }
        Files.writeString(backups.resolve("vm3/2026-9/notes.txt"), "mine");

        Exchange done = retain(":vm3?keepLast=1&synthesize=true");

        assertReport(done).containsEntry("problems", Map.of());
        assertThat(points(done, "vm3", "deleted")).hasSize(2);
        assertThat(points(done, "vm3", "kept")).hasSize(2);
        assertThat(names().stream().filter(name -> name.startsWith("vm3/2026-9/"))).containsExactly("vm3/2026-9/notes.txt");
        assertRestorable("vm3/2026-10", 0);
        assertRestorable("vm3/2026-10", 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?keepLast=0", "?dryRun=true", "?keepLast=-1&keepDaily=2", "?keepLast=1&until=virtnbd.2",
        "?keepLast=1&chain=virtnbd.2", "?keepLast=1&synthesize=true&store=direct:store"})
    void whatWouldKeepNothingOrIsNotMeantIsRefusedAtTheStart(String options) {
        assertThatThrownBy(() -> context().getEndpoint("virtnbd:retention" + options))
                .hasRootCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPlaceThatIsNotThereIsRefused() {
        Exchange done = template().send("virtnbd:retention?keepLast=1&directory=" + directory.resolve("nothing"), exchange -> { });
        assertThat(done.getException()).isNotNull();
        assertThat(template().send("virtnbd:retention?keepLast=1", exchange -> { }).getException())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("retention needs backups");
    }
}
