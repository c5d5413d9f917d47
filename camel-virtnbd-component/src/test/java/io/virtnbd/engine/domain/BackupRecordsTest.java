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
import org.junit.jupiter.api.Test;

class BackupRecordsTest {

    private final FakeDomain domain = new FakeDomain();
    private final BackupRecords records = new BackupRecords(domain);

    @Test
    void aDomainWithoutRecordBeginsAtZero() throws Exception {
        assertThat(records.read("virtnbd")).isEqualTo(BackupRecord.initial("virtnbd", 0));
        assertThat(records.find("virtnbd")).isEmpty();
        assertThat(records.readAll()).isEmpty();
    }

    @Test
    void numbersBeginAfterCheckpointsThatAreThereAlready() throws Exception {
        domain.checkpoint("virtnbd.4");
        domain.checkpoint("other.9");

        BackupRecord record = records.read("virtnbd");

        assertThat(record.reserved().current()).isEqualTo("virtnbd.5");
        assertThat(record.owns("virtnbd.4")).isFalse();
    }

    @Test
    void recordsOfSeveralPrefixesLiveSideBySide() throws Exception {
        records.write(BackupRecord.initial("a", 0).reserved());
        records.write(BackupRecord.initial("b", 3).reserved());
        records.write(BackupRecord.initial("a", 0).reserved().settled());

        assertThat(records.readAll()).containsExactly(BackupRecord.initial("a", 0).reserved().settled(),
                BackupRecord.initial("b", 3).reserved());
    }

    @Test
    void aRecordThatIsOlderThanTheCheckpointsIsNotContinued() throws Exception {
        CommittedChain chain = new CommittedChain("virtnbd.0", "virtnbd.0",
                List.of(new ChainDisk("vda", "virtnbd.0", "virtnbd.0", 1 << 20)));
        records.write(new BackupRecord("virtnbd", 0, 0, false, Optional.of(chain)));
        domain.checkpoint("virtnbd.0");
        domain.checkpoint("virtnbd.1");

        BackupRecord record = records.read("virtnbd");

        assertThat(record.chain()).isEmpty();
        assertThat(record.reserved().current()).isEqualTo("virtnbd.2");
        assertThat(record.owns("virtnbd.1")).isFalse();
    }

    @Test
    void metadataOfSomethingElseAreNotOverwritten() {
        domain.metadata = "<something/>";

        assertThatThrownBy(() -> records.read("virtnbd")).isInstanceOf(DomainBackupException.class);
        assertThatThrownBy(() -> records.write(BackupRecord.initial("virtnbd", 0))).isInstanceOf(DomainBackupException.class);
        assertThat(domain.metadata).isEqualTo("<something/>");
    }

    @Test
    void aFailedWriteLeavesTheRecordAsItWas() throws Exception {
        records.write(BackupRecord.initial("virtnbd", 0).reserved());
        domain.fault = FakeDomain.Fault.of("setMetadata", Kind.OTHER);

        assertThatThrownBy(() -> records.write(BackupRecord.initial("virtnbd", 7))).hasMessageContaining("setMetadata");

        domain.fault = FakeDomain.Fault.NONE;
        assertThat(records.read("virtnbd")).isEqualTo(BackupRecord.initial("virtnbd", 0).reserved());
    }
}
