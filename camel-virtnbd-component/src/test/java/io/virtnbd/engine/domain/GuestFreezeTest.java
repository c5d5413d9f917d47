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

    private final FakeDomain domain = new FakeDomain();

    private GuestFreeze freeze(FreezeMode mode) {
        return new GuestFreeze(domain, mode, Duration.ofSeconds(1));
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

    @ParameterizedTest
    @EnumSource(value = FreezeMode.class, names = {"AUTO", "REQUIRED"})
    void theGuestIsFrozenMeanwhileAndThawedAfterwards(FreezeMode mode) throws Exception {
        assertThat(freeze(mode).during(true, () -> assertThat(domain.frozen).isTrue())).isPresent();

        assertThat(domain.agentCommands).containsExactly("freeze", "thaw");
    }

    @Test
    void neverDoesNotAskTheAgent() throws Exception {
        assertThat(freeze(FreezeMode.NEVER).during(true, () -> { })).isEmpty();

        assertThat(domain.calls).isEmpty();
    }

    @Test
    void withoutAgentOnlyRequiredFails() throws Exception {
        boolean[] done = new boolean[1];
        assertThat(freeze(FreezeMode.AUTO).during(false, () -> done[0] = true)).isEmpty();
        assertThat(done[0]).isTrue();

        assertThatThrownBy(() -> freeze(FreezeMode.REQUIRED).during(false, () -> {
            throw new AssertionError("begun without being frozen");
        })).isInstanceOf(DomainBackupException.class).hasMessageContaining("no guest agent");
        assertThat(domain.calls).isEmpty();
    }

    @Test
    void itIsThawedWhenTheStartFailsWithWhatever() {
        for (Throwable failure : List.of(new IOException("a"), new IllegalStateException("b"), new StackOverflowError("c"))) {
            assertThatThrownBy(() -> freeze(FreezeMode.AUTO).during(true, () -> GuestFreezeTest.<IOException>sneak(failure)))
                    .isSameAs(failure);
            assertThat(domain.frozen).isFalse();
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable failure) throws E {
        throw (E) failure;
    }

    @Test
    void aThawThatFailsTwiceIsTriedAThirdTime() throws Exception {
        fail("thaw", 2, false);

        freeze(FreezeMode.REQUIRED).during(true, () -> { });

        assertThat(domain.frozen).isFalse();
        assertThat(domain.calls).containsExactly("freeze", "thaw", "thaw", "thaw");
    }

    @Test
    void aGuestThatCannotBeThawedFailsTheBackupAndSaysWhatToDo() {
        fail("thaw", 99, false);

        assertThatThrownBy(() -> freeze(FreezeMode.AUTO).during(true, () -> { })).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining("virsh domfsthaw web1");
    }

    @Test
    void theFailureOfTheStartIsNotHiddenByThatOfTheThaw() {
        fail("thaw", 99, false);

        assertThatThrownBy(() -> freeze(FreezeMode.AUTO).during(true, () -> {
            throw new IOException("no job");
        })).hasMessage("no job").satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("could not be thawed"));
    }

    @Test
    void aFreezeThatFailsIsThawedAndTheBackupGoesOn() throws Exception {
        fail("freeze", 1, true);

        assertThat(freeze(FreezeMode.AUTO).during(true, () -> assertThat(domain.frozen).isFalse())).isEmpty();

        assertThat(domain.calls).containsExactly("freeze", "thaw");
    }

    @Test
    void aFreezeThatIsRequiredAndFailsIsThawedAndEndsTheBackup() {
        fail("freeze", 1, true);

        assertThatThrownBy(() -> freeze(FreezeMode.REQUIRED).during(true, () -> {
            throw new AssertionError("begun without being frozen");
        })).isInstanceOf(DomainBackupException.class).hasCauseInstanceOf(LibvirtCallException.class)
                .hasMessageContaining("freeze=required");
        assertThat(domain.frozen).isFalse();
    }

    /** An agent that hangs does the freeze when it wakes up, which may be after the first thaw was given up. */
    @Test
    void aGuestThatMayHaveBeenFrozenLateIsThawedAfterTheStart() throws Exception {
        domain.fault = (number, call, done) -> {
            if (number <= 2 && !done) {
                throw FakeDomain.failure(Kind.AGENT, call);
            }
        };

        freeze(FreezeMode.AUTO).during(true, () -> domain.frozen = true);

        assertThat(domain.frozen).isFalse();
    }
}
