/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.Level;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackupRecordTest {

    private static final CommittedChain CHAIN = new CommittedChain("p.3", "p.4",
            List.of(new ChainDisk("vda", "p.3", "p.4", 1)));

    private static BackupRecord record(long first, long highest, boolean pending) {
        return new BackupRecord("p", first, highest, pending, Optional.of(CHAIN));
    }

    @Test
    void theFirstNumberIsGivenToTheFirstBackup() {
        assertThat(BackupRecord.initial("p", 0).reserved().current()).isEqualTo("p.0");
        assertThat(BackupRecord.initial("p", 7).reserved().current()).isEqualTo("p.7");
    }

    @Test
    void aNumberThatWasGivenIsNotGivenAgainWhateverBecameOfItsBackup() {
        BackupRecord reserved = record(0, 4, false).reserved();

        assertThat(reserved.settled().reserved().current()).isEqualTo("p.6");
        assertThat(reserved.reserved().current()).isEqualTo("p.6");
    }

    @Test
    void checkpointsFromBeforeTheFirstBackupAreNotOwned() {
        BackupRecord record = record(3, 5, false);

        assertThat(record.owns("p.2")).isFalse();
        assertThat(record.owns("p.3")).isTrue();
        assertThat(record.owns("p.5")).isTrue();
        assertThat(record.owns("p.6")).isFalse();
    }

    @Test
    void checkpointsOfOtherPrefixesAreNotOwned() {
        for (String other : List.of("q.4", "p4", "p.", "p.04", "p.4.4", "x.p.4", "p.-4", "p.99999999999999999999", "")) {
            assertThat(record(0, 9, false).owns(other)).as(other).isFalse();
            assertThat(record(0, 9, false).isOrphan(other)).as(other).isFalse();
        }
    }

    @Test
    void onlyCheckpointsThatAreNewerThanTheCommittedOneAreOrphans() {
        BackupRecord record = record(2, 6, true);

        assertThat(List.of("p.1", "p.2", "p.3", "p.4").stream().filter(record::isOrphan)).isEmpty();
        assertThat(List.of("p.5", "p.6").stream().allMatch(record::isOrphan)).isTrue();
        assertThat(record.isOrphan("p.7")).isFalse();
    }

    @Test
    void withoutAChainAllThatIsOwnedIsAnOrphan() {
        BackupRecord record = BackupRecord.initial("p", 2).reserved().reserved();

        assertThat(record.isOrphan("p.1")).isFalse();
        assertThat(record.isOrphan("p.2")).isTrue();
        assertThat(record.isOrphan("p.3")).isTrue();
    }

    @Test
    void aPrefixCanHaveDots() {
        BackupRecord record = BackupRecord.initial("a.1", 0).reserved();

        assertThat(record.owns("a.1.0")).isTrue();
        assertThat(BackupRecord.initial("a", 0).reserved().reserved().owns("a.1.0")).isFalse();
    }

    @Test
    void contradictionsAreRefused() {
        assertThatThrownBy(() -> record(0, 3, false)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("p.4");
        assertThatThrownBy(() -> record(4, 9, false)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("p.3");
        assertThatThrownBy(() -> BackupRecord.initial("p", -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BackupRecord("q", 0, 9, false, Optional.of(CHAIN)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CommittedChain("p.0", "p.0",
                List.of(new ChainDisk("vda", "p.0", "p.0", 1), new ChainDisk("vda", "p.0", "p.0", 2))))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("twice");
    }

    private static CommittedRequest request(String id, String checkpoint) {
        return new CommittedRequest(id, Level.DIFF, checkpoint, "p.3", "p.3", "2026-11-22T10:08:00.000000");
    }

    @Test
    void aRequestIsRememberedThroughEverythingThatBecomesOfLaterBackups() {
        CommittedRequest made = request("r1", "p.5");
        BackupRecord record = record(0, 5, true).settled().carriedOut(made);

        for (BackupRecord later : List.of(record, record.reserved(), record.reserved(true), record.reserved().settled(),
                record.reserved().committed(CHAIN), record.reserved().leftFrozen(), record.begunAnew(9))) {
            assertThat(later.request("r1")).as(later.toString()).contains(made);
            assertThat(later.request("r2")).isEmpty();
        }
        assertThat(record.pending()).isFalse();
        assertThat(record.chain()).contains(CHAIN);
    }

    @Test
    void aTimeOfADifferentialIsNeverGivenOutAgain() {
        BackupRecord record = record(0, 5, false).reserved().differentialAt(1000);

        assertThat(record.differential()).isEqualTo(1000);
        for (BackupRecord later : List.of(record, record.reserved(), record.reserved(true), record.settled(),
                record.committed(CHAIN), record.leftFrozen(), record.begunAnew(9), record.carriedOut(request("r1", "p.5")))) {
            assertThat(later.differentialAt(999).differential()).as(later.toString()).isEqualTo(1001);
            assertThat(later.differentialAt(1000).differential()).isEqualTo(1001);
            assertThat(later.differentialAt(5000).differential()).isEqualTo(5000);
        }
        assertThat(record.chain()).contains(CHAIN);
        assertThat(record.pending()).isTrue();
    }

    @Test
    void theOldestRequestIsForgottenFirst() {
        BackupRecord record = record(0, 1000, false);
        for (int number = 0; number <= BackupRecord.MAX_REQUESTS; number++) {
            assertThat(record.requests()).hasSize(number);
            record = record.carriedOut(request("r" + number, "p." + (10 + number)));
        }

        assertThat(record.requests()).hasSize(64);
        assertThat(record.request("r0")).isEmpty();
        assertThat(record.request("r1")).isPresent();
        assertThat(record.request("r64")).isPresent();
        assertThat(record.toString()).contains("64 requests", "r64").doesNotContain("r63");
    }

    @Test
    void numbersThatBeginAnewLeaveTheChainBehind() {
        BackupRecord record = record(0, 5, true).leftFrozen().begunAnew(9);

        assertThat(record.chain()).isEmpty();
        assertThat(record.pending()).isFalse();
        assertThat(record.frozen()).isFalse();
        assertThat(record.owns("p.5")).isFalse();
        assertThat(record.reserved().current()).isEqualTo("p.9");
    }

    @Test
    void requestsThatCannotHaveBeenAreRefused() {
        for (String checkpoint : List.of("p.6", "q.4", "p", "")) {
            assertThatThrownBy(() -> record(0, 5, false).carriedOut(request("r1", checkpoint))).as(checkpoint)
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("r1");
        }
        CommittedRequest twice = request("r1", "p.5");
        assertThatThrownBy(() -> new BackupRecord("p", 0, 5, false, false, Optional.of(CHAIN), 0, List.of(twice, twice)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("r1 twice");
    }
}
