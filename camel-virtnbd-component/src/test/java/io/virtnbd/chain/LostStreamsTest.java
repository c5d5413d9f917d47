/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.store.DirectoryStore;
import io.virtnbd.store.StoredFile;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LostStreamsTest {
    private static final LocalDateTime DATE = LocalDateTime.parse("2026-01-02T03:04:05.000006");

    private static StoredFile file(String name) {
        return new StoredFile(new DirectoryStore(Path.of("set")), name, 1);
    }

    private static LostStreams lost(String... names) {
        return LostStreams.of(Set.of(names), List.of(), false);
    }

    private static ChainMember last(Level level, int number) {
        return new ChainMember(file("vda"), StreamMetadata.builder().checkpointName("virtnbdbackup." + number)
                .date(DATE.toString()).build(), level);
    }

    private static String differential(int seconds) {
        return "vda.diff." + (DATE.atZone(ZoneId.systemDefault()).toEpochSecond() + seconds) + ".data.chksum";
    }

    private static void requireNewest(LostStreams lost, ChainMember last) throws ChainException {
        lost.requireNewest("vda", last, Optional.empty(), List.of());
    }

    @Test
    void anIncrementOfWhichTheChecksumIsLeftIsMissed() {
        LostStreams lost = lost("vda.full.data", "vda.full.data.chksum", "vda.inc.virtnbdbackup.2.data.chksum");

        assertThat(lost.disks()).containsExactly("vda");
        assertThatThrownBy(() -> requireNewest(lost, last(Level.INC, 1))).isInstanceOf(ChainException.class)
                .hasMessageContaining("vda.inc.virtnbdbackup.2.data").hasMessageContaining("virtnbdbackup.1");
        assertThatThrownBy(() -> requireNewest(lost, last(Level.DIFF, 2))).isInstanceOf(ChainException.class);
        assertThatCode(() -> requireNewest(lost, last(Level.INC, 3))).doesNotThrowAnyException();
        assertThatCode(() -> lost.requireNewest("vdb", last(Level.INC, 1), Optional.empty(), List.of())).doesNotThrowAnyException();
    }

    @Test
    void aDifferentialOfWhichTheChecksumIsLeftIsMissedUnlessSomethingIsNewer() {
        assertThatThrownBy(() -> requireNewest(lost(differential(3)), last(Level.INC, 1))).isInstanceOf(ChainException.class);
        assertThatCode(() -> requireNewest(lost(differential(-3)), last(Level.INC, 1))).doesNotThrowAnyException();
    }

    @Test
    void aLostDifferentialOfATimeThatNoCalendarHasIsMissed() {
        assertThatThrownBy(() -> requireNewest(lost("vda.diff." + Long.MAX_VALUE + ".data.chksum"), last(Level.INC, 1)))
                .isInstanceOf(ChainException.class).hasMessageContaining("vda.diff." + Long.MAX_VALUE);
    }

    @Test
    void checksumsOfWhatIsThereOrIsNoStreamTellNothing() {
        assertThat(lost("vda.inc.virtnbdbackup.2.data", "vda.inc.virtnbdbackup.2.data.chksum", "notes.chksum", ".chksum").disks())
                .isEmpty();
    }
}
