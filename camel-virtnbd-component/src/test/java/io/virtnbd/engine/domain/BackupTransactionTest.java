/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.Level;
import io.virtnbd.libvirt.DomainDisk;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtCallException.Kind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackupTransactionTest {

    private static final DomainDisk VDA = new DomainDisk("vda", "disk", "network", "qcow2", Optional.empty(), false);

    private final FakeDomain domain = new FakeDomain();
    private final BackupRecords records = new BackupRecords(domain);

    private static BackupPlan plan(Level level) {
        return new BackupPlan(level, "test", Optional.empty(), List.of(PlannedDisk.base(VDA, level, "test")));
    }

    private BackupTransaction begin(Level level) throws Exception {
        BackupTransaction transaction = BackupTransaction.begin(domain, records, plan(level), records.read("virtnbd"));
        if (level == Level.FULL) {
            domain.checkpoint(transaction.checkpoint());
        }
        return transaction;
    }

    @Test
    void itIsPendingUntilItHasEnded() throws Exception {
        BackupTransaction transaction = begin(Level.COPY);
        assertThat(domain.record().pending()).isTrue();
        assertThat(transaction.isCommitted()).isFalse();

        transaction.commit(List.of(), Optional.empty());

        assertThat(domain.record().pending()).isFalse();
        assertThat(transaction.isCommitted()).isTrue();
    }

    @Test
    void itIsRecordedThatTheGuestIsFrozenUntilItHasEnded() throws Exception {
        BackupTransaction transaction = BackupTransaction.begin(domain, records, plan(Level.COPY), records.read("virtnbd"),
                true);
        assertThat(domain.record().frozen()).isTrue();

        transaction.commit(List.of(), Optional.empty());

        assertThat(domain.record().frozen()).isFalse();
    }

    @Test
    void itIsRecordedThatTheGuestWasLeftFrozen() throws Exception {
        BackupTransaction transaction = BackupTransaction.begin(domain, records, plan(Level.COPY), records.read("virtnbd"),
                true);
        transaction.leaveFrozen();

        transaction.rollBack();

        assertThat(domain.record().frozen()).isTrue();
        assertThat(domain.record().pending()).isFalse();
    }

    @Test
    void rollingBackRemovesTheCheckpointAndKeepsTheNumber() throws Exception {
        begin(Level.FULL).rollBack();

        assertThat(domain.checkpoints).isEmpty();
        assertThat(domain.record().pending()).isFalse();
        assertThat(begin(Level.FULL).checkpoint()).isEqualTo("virtnbd.1");
    }

    @Test
    void rollingBackACopyDeletesNothing() throws Exception {
        begin(Level.COPY).rollBack();

        assertThat(domain.calls).doesNotContain("deleteCheckpoint");
    }

    @Test
    void aCommitThatWasWrittenButNotAnsweredCounts() throws Exception {
        BackupTransaction transaction = begin(Level.COPY);
        domain.fault = (number, call, done) -> {
            if (call.equals("setMetadata") && done) {
                throw FakeDomain.failure(Kind.CONNECTION, call);
            }
        };

        assertThatCode(() -> transaction.commit(List.of(), Optional.empty())).doesNotThrowAnyException();

        assertThat(transaction.isCommitted()).isTrue();
    }

    @Test
    void aCommitThatCannotBeWrittenSaysWhyAndIsRolledBack() throws Exception {
        BackupTransaction transaction = begin(Level.COPY);
        domain.fault = FakeDomain.Fault.of("setMetadata", Kind.OTHER);
        assertThatThrownBy(() -> transaction.commit(List.of(), Optional.empty())).isInstanceOf(LibvirtCallException.class)
                .hasMessageContaining("setMetadata");
        assertThat(transaction.isCommitted()).isFalse();

        domain.fault = FakeDomain.Fault.NONE;
        transaction.rollBack();

        assertThat(domain.record().pending()).isFalse();
    }

    @Test
    void theFirstFailureOfACommitIsReportedWhenLibvirtHasGone() throws Exception {
        BackupTransaction transaction = begin(Level.COPY);
        boolean[] gone = new boolean[1];
        domain.fault = (number, call, done) -> {
            gone[0] |= call.equals("setMetadata");
            if (gone[0]) {
                throw FakeDomain.failure(Kind.CONNECTION, call);
            }
        };

        assertThatThrownBy(() -> transaction.commit(List.of(), Optional.empty())).hasMessageContaining("setMetadata")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    }

    /** A commit that seems to have failed may have been written: its checkpoint is deleted only when the record is sure. */
    @Test
    void theCheckpointStaysWhereTheRecordCannotBeWritten() throws Exception {
        BackupTransaction transaction = begin(Level.FULL);
        domain.fault = FakeDomain.Fault.of("setMetadata", Kind.OTHER);

        assertThatThrownBy(transaction::rollBack).hasMessageContaining("setMetadata");

        assertThat(domain.checkpoints).containsKey("virtnbd.0");
        domain.fault = FakeDomain.Fault.NONE;
        assertThat(domain.record().isOrphan("virtnbd.0")).isTrue();
    }

    @Test
    void anOrphanIsFoundByTheRecordWhereTheCheckpointCannotBeDeleted() throws Exception {
        BackupTransaction transaction = begin(Level.FULL);
        domain.fault = FakeDomain.Fault.of("deleteCheckpoint", Kind.OTHER);

        assertThatThrownBy(transaction::rollBack).hasMessageContaining("deleteCheckpoint");

        domain.fault = FakeDomain.Fault.NONE;
        assertThat(domain.record().isOrphan("virtnbd.0")).isTrue();
    }

    @Test
    void aRecordThatSomebodyElseHasChangedIsNotOverwrittenByACommit() throws Exception {
        BackupTransaction transaction = begin(Level.COPY);
        BackupRecord others = domain.record().settled().reserved();
        records.write(others);

        assertThatThrownBy(() -> transaction.commit(List.of(), Optional.empty())).isInstanceOf(DomainBackupException.class)
                .hasMessageContainingAll("virtnbd.0", "was changed since it began");

        assertThat(transaction.isCommitted()).isFalse();
        assertThat(domain.record()).isEqualTo(others);
    }

    @Test
    void aRecordThatSomebodyElseHasChangedIsNotOverwrittenByRollingBack() throws Exception {
        BackupTransaction transaction = begin(Level.FULL);
        BackupRecord others = domain.record().settled().reserved();
        records.write(others);

        transaction.rollBack();

        assertThat(domain.record()).isEqualTo(others);
        assertThat(domain.checkpoints).isEmpty();
    }

    @Test
    void aNumberThatSomebodyElseUsesIsGivenBackWithoutTouchingTheCheckpoint() throws Exception {
        BackupTransaction transaction = begin(Level.FULL);

        transaction.withdraw();

        assertThat(domain.checkpoints).containsKey("virtnbd.0");
        assertThat(domain.record().owns("virtnbd.0")).isFalse();
        assertThat(domain.record().reserved().current()).isEqualTo("virtnbd.1");
    }

    private static CommittedRequest request(String checkpoint) {
        return new CommittedRequest("r1", Level.COPY, checkpoint, "", checkpoint, "2026-11-22T10:08:00.000000");
    }

    @Test
    void theRequestIsRecordedInTheWriteThatCommits() throws Exception {
        BackupTransaction transaction = begin(Level.COPY);
        assertThat(domain.record().request("r1")).isEmpty();
        int before = domain.calls.size();

        transaction.commit(List.of(), Optional.of(request("virtnbd.0")));

        assertThat(domain.record().request("r1")).contains(request("virtnbd.0"));
        assertThat(domain.calls.subList(before, domain.calls.size())).filteredOn("setMetadata"::equals).hasSize(1);
    }

    @Test
    void theRequestOfACommitThatWasTakenBackIsForgotten() throws Exception {
        BackupTransaction transaction = begin(Level.COPY);
        boolean[] written = new boolean[1];
        domain.fault = (number, call, done) -> {
            written[0] |= call.equals("setMetadata") && done;
            if (written[0]) {
                throw FakeDomain.failure(Kind.CONNECTION, call);
            }
        };
        assertThatThrownBy(() -> transaction.commit(List.of(), Optional.of(request("virtnbd.0"))))
                .isInstanceOf(LibvirtCallException.class);
        domain.fault = FakeDomain.Fault.NONE;
        assertThat(domain.record().request("r1")).as("until it is rolled back").isPresent();

        transaction.rollBack();

        assertThat(domain.record().request("r1")).isEmpty();
    }

    @Test
    void requestsThatWereCarriedOutBeforeOutliveARollback() throws Exception {
        begin(Level.COPY).commit(List.of(), Optional.of(request("virtnbd.0")));

        begin(Level.FULL).rollBack();
        begin(Level.FULL).withdraw();

        assertThat(domain.record().request("r1")).contains(request("virtnbd.0"));
    }
}
