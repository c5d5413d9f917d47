/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtCallException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GuestFreezeTest {

    private static final GuestFreeze.Action NOTHING = () -> { };

    private final FakeDomain domain = new FakeDomain();
    private Duration timeout = Duration.ofSeconds(10);

    private GuestFreeze prepared(FreezeMode mode, boolean agent) throws Exception {
        GuestFreeze freeze = new GuestFreeze(domain, mode, timeout);
        freeze.prepare(agent);
        domain.calls.clear();
        return freeze;
    }

    /** Fails the first so many calls of a name, before or after their effect. */
    private void fail(String name, int times, boolean afterEffect) {
        int[] seen = new int[1];
        domain.fault = (number, call, done) -> {
            if (call.equals(name) && done == afterEffect && seen[0]++ < times) {
                throw FakeDomain.failure(Kind.AGENT, call);
            }
        };
    }

    private void failAlways(String name) {
        timeout = Duration.ofMillis(1);
        fail(name, 99, false);
    }

    @ParameterizedTest
    @EnumSource(value = FreezeMode.class, names = {"AUTO", "REQUIRED"})
    void theGuestIsFrozenMeanwhileAndThawedAfterwards(FreezeMode mode) throws Exception {
        GuestFreeze freeze = prepared(mode, true);
        assertThat(freeze.freezes()).isTrue();
        assertThat(domain.frozen).isFalse();

        assertThat(freeze.during(() -> assertThat(domain.frozen).isTrue())).isPresent();

        assertThat(domain.calls).containsExactly("freeze", "thaw");
        assertThat(freeze.hasLeftFrozen()).isFalse();
    }

    @Test
    void neverDoesNotAskTheAgent() throws Exception {
        GuestFreeze freeze = prepared(FreezeMode.NEVER, true);

        assertThat(freeze.freezes()).isFalse();
        assertThat(freeze.during(NOTHING)).isEmpty();
        assertThat(domain.agentCommands).isEmpty();
    }

    @Test
    void withoutAgentOnlyRequiredFails() throws Exception {
        GuestFreeze freeze = prepared(FreezeMode.AUTO, false);
        boolean[] done = new boolean[1];
        assertThat(freeze.freezes()).isFalse();
        assertThat(freeze.during(() -> done[0] = true)).isEmpty();
        assertThat(done[0]).isTrue();

        assertThatThrownBy(() -> prepared(FreezeMode.REQUIRED, false)).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining("no guest agent");
        assertThat(domain.agentCommands).isEmpty();
    }

    /** Asked first, an agent that does not answer is never told to freeze, which it might do when nobody waits for it. */
    @Test
    void withoutAnAnswerOfTheAgentOnlyRequiredFails() throws Exception {
        failAlways("status");

        GuestFreeze freeze = prepared(FreezeMode.AUTO, true);
        assertThat(freeze.freezes()).isFalse();
        assertThat(freeze.during(NOTHING)).isEmpty();

        assertThatThrownBy(() -> prepared(FreezeMode.REQUIRED, true)).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining("freeze=required");
        assertThat(domain.agentCommands).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = FreezeMode.class, names = {"AUTO", "REQUIRED"})
    void aGuestThatSomebodyElseFrozeStaysFrozen(FreezeMode mode) throws Exception {
        domain.frozen = true;
        GuestFreeze freeze = prepared(mode, true);
        assertThat(freeze.freezes()).isFalse();

        assertThat(freeze.during(NOTHING)).isPresent();
        assertThatThrownBy(() -> freeze.during(() -> {
            throw new IOException("no job");
        })).hasMessage("no job");

        assertThat(domain.frozen).isTrue();
        assertThat(domain.agentCommands).containsOnly("status");
    }

    @Test
    void aGuestThatSomebodyElseThawsMeanwhileWasNotFrozen() throws Exception {
        domain.frozen = true;
        assertThat(prepared(FreezeMode.AUTO, true).during(() -> domain.frozen = false)).isEmpty();

        domain.frozen = true;
        GuestFreeze required = prepared(FreezeMode.REQUIRED, true);
        assertThatThrownBy(() -> required.during(() -> domain.frozen = false)).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining("freeze=required");
    }

    /** Where they were frozen without the agent, it would thaw them nevertheless. */
    @Test
    void fileSystemsThatTheAgentHasNotFrozenAreNotThawed() throws Exception {
        domain.fileSystems = 0;
        assertThat(prepared(FreezeMode.AUTO, true).during(NOTHING)).isEmpty();

        GuestFreeze required = prepared(FreezeMode.REQUIRED, true);
        assertThatThrownBy(() -> required.during(() -> {
            throw new AssertionError("begun without being frozen");
        })).isInstanceOf(DomainBackupException.class).hasMessageContaining("no file system");
        assertThat(domain.agentCommands).doesNotContain("thaw");
    }

    @Test
    void itIsThawedWhenTheStartFailsWithWhatever() throws Exception {
        for (Throwable failure : List.of(new IOException("a"), new IllegalStateException("b"), new StackOverflowError("c"))) {
            GuestFreeze freeze = prepared(FreezeMode.AUTO, true);
            assertThatThrownBy(() -> freeze.during(() -> GuestFreezeTest.<IOException>sneak(failure))).isSameAs(failure);
            assertThat(domain.frozen).isFalse();
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable failure) throws E {
        throw (E) failure;
    }

    @Test
    void aThawThatFailsIsTriedAgain() throws Exception {
        fail("thaw", 2, false);

        prepared(FreezeMode.REQUIRED, true).during(NOTHING);

        assertThat(domain.frozen).isFalse();
        assertThat(domain.calls).containsExactly("freeze", "thaw", "thaw", "thaw");
    }

    @Test
    void aThawIsTriedAgainWhenInterrupted() throws Exception {
        fail("thaw", 1, false);
        Thread.currentThread().interrupt();
        prepared(FreezeMode.REQUIRED, true).during(NOTHING);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(domain.frozen).isFalse();
    }

    @Test
    void aGuestThatCannotBeThawedFailsTheBackupAndSaysWhatToDo() throws Exception {
        failAlways("thaw");
        GuestFreeze freeze = prepared(FreezeMode.AUTO, true);

        assertThatThrownBy(() -> freeze.during(NOTHING)).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining("virsh domfsthaw web1");
        assertThat(freeze.hasLeftFrozen()).isTrue();
    }

    @Test
    void theFailureOfTheStartIsNotHiddenByThatOfTheThaw() throws Exception {
        failAlways("thaw");
        GuestFreeze freeze = prepared(FreezeMode.AUTO, true);

        assertThatThrownBy(() -> freeze.during(() -> {
            throw new IOException("no job");
        })).hasMessage("no job").satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("virsh domfsthaw"));
        assertThat(freeze.hasLeftFrozen()).isTrue();
    }

    @Test
    void aGuestThatHasEndedNeedsNoThaw() throws Exception {
        domain.fault = (number, call, done) -> {
            if (call.equals("thaw")) {
                throw FakeDomain.failure(Kind.OPERATION_INVALID, call);
            }
        };
        GuestFreeze freeze = prepared(FreezeMode.AUTO, true);

        freeze.during(() -> domain.active = false);
        assertThat(freeze.hasLeftFrozen()).isFalse();
    }

    @Test
    void aFreezeThatFailsIsThawedAndTheBackupGoesOn() throws Exception {
        fail("freeze", 1, true);

        assertThat(prepared(FreezeMode.AUTO, true).during(() -> assertThat(domain.frozen).isFalse())).isEmpty();

        assertThat(domain.calls).containsExactly("freeze", "status", "thaw");
    }

    @Test
    void aFreezeThatIsRequiredAndFailsIsThawedAndEndsTheBackup() throws Exception {
        fail("freeze", 1, true);
        GuestFreeze freeze = prepared(FreezeMode.REQUIRED, true);

        assertThatThrownBy(() -> freeze.during(() -> {
            throw new AssertionError("begun without being frozen");
        })).isInstanceOf(DomainBackupException.class).hasCauseInstanceOf(LibvirtCallException.class)
                .hasMessageContaining("freeze=required");
        assertThat(domain.frozen).isFalse();
    }

    /** An agent that hangs in a freeze ends it some time, when nobody waits for it any more. */
    @ParameterizedTest
    @EnumSource(value = FreezeMode.class, names = {"AUTO", "REQUIRED"})
    void aGuestThatMayFreezeLateFailsTheBackup(FreezeMode mode) throws Exception {
        timeout = Duration.ofMillis(1);
        GuestFreeze freeze = prepared(mode, true);
        domain.fault = (number, call, done) -> {
            throw FakeDomain.failure(Kind.AGENT, call);
        };

        assertThatThrownBy(() -> freeze.during(() -> {
            throw new AssertionError("begun with a guest that may freeze");
        })).isInstanceOf(DomainBackupException.class).hasMessageContaining("virsh domfsthaw web1");
        assertThat(freeze.hasLeftFrozen()).isTrue();
    }
}
