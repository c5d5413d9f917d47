/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.libvirt.LibvirtCallException.Kind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CheckpointCleanerTest {

    private static final BackupRecord RECORD = new BackupRecord("p", 1, 5, false, Optional.of(new CommittedChain("p.1", "p.4",
            List.of(new ChainDisk("vda", "p.1", "p.4", 1), new ChainDisk("vdb", "p.2", "p.2", 1)))));

    private final FakeDomain domain = new FakeDomain();
    private final CheckpointCleaner cleaner = new CheckpointCleaner(domain);

    @BeforeEach
    void makeCheckpoints() throws Exception {
        for (String name : List.of("p.0", "p.1", "p.2", "q.3", "p.3", "p.4", "p.5", "p.6")) {
            domain.checkpoint(name);
        }
    }

    @Test
    void whatNoLaterBackupNeedsIsDeletedAndNothingOfOthers() {
        cleaner.prune(RECORD);

        assertThat(domain.checkpoints.keySet()).containsExactly("p.0", "p.1", "p.2", "q.3", "p.4", "p.6");
        assertThat(domain.disks.get("vda").bitmaps).doesNotContain("p.3", "p.5");
    }

    @Test
    void withoutAChainAllThatIsOwnedGoes() {
        cleaner.prune(new BackupRecord("p", 1, 5, false, Optional.empty()));

        assertThat(domain.checkpoints.keySet()).containsExactly("p.0", "q.3", "p.6");
    }

    @Test
    void oneThatCannotBeDeletedDoesNotKeepTheOthers() {
        int[] deletions = new int[1];
        domain.fault = (number, call, done) -> {
            if (call.equals("deleteCheckpoint") && !done && ++deletions[0] == 1) {
                throw FakeDomain.failure(Kind.OTHER, call);
            }
        };

        cleaner.prune(RECORD);

        assertThat(domain.checkpoints).containsKey("p.3").doesNotContainKey("p.5");
    }

    @Test
    void pruningNeverFails() {
        domain.fault = FakeDomain.Fault.of("checkpoints", Kind.CONNECTION);

        cleaner.prune(RECORD);

        assertThat(domain.checkpoints).hasSize(8);
    }

    @Test
    void nothingIsDeletedWhileTheDomainIsOff() {
        domain.active = false;

        cleaner.prune(RECORD);

        assertThat(domain.checkpoints).hasSize(8);
    }

    @Test
    void aCheckpointWithoutItsBitmapsIsForgotten() throws Exception {
        domain.disks.get("vda").bitmaps.clear();

        assertThat(cleaner.delete("p.3")).isTrue();

        assertThat(domain.checkpoints).doesNotContainKey("p.3");
        assertThat(domain.calls).contains("forgetCheckpoint");
    }

    @Test
    void aCheckpointThatIsNotThereIsNoFailure() throws Exception {
        assertThat(cleaner.delete("p.99")).isFalse();
    }

    @Test
    void otherFailuresAreReportedAndForgetNothing() {
        domain.fault = FakeDomain.Fault.of("deleteCheckpoint", Kind.OTHER);

        assertThatThrownBy(() -> cleaner.delete("p.3")).hasMessageContaining("deleteCheckpoint");

        assertThat(domain.checkpoints).containsKey("p.3");
        assertThat(domain.calls).doesNotContain("forgetCheckpoint");
    }
}
