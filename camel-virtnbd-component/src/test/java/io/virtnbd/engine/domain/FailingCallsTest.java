/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.libvirt.LibvirtCallException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole backups, again and again, in which one libvirt call after the other fails. */
class FailingCallsTest {

    @TempDir
    private Path directory;

    /** How a call fails. */
    enum Failure {

        /** Nothing was done. */
        REFUSED,
        /** It was done, but the answer is an error. */
        DONE_AND_REFUSED,
        /** The connection is lost before; a new one can be made. */
        LOST,
        /** The connection is lost before the answer; a new one can be made. */
        DONE_AND_LOST,
        /** From this call on there is no daemon. */
        GONE,
        /** From this call on, which was done, there is no daemon. */
        DONE_AND_GONE;

        FakeDomain.Fault at(int failing) {
            boolean late = name().startsWith("DONE");
            boolean forever = name().endsWith("GONE");
            Kind kind = name().endsWith("REFUSED") ? Kind.OTHER : Kind.CONNECTION;
            return (number, call, done) -> {
                if (number == failing && done == late || forever && number > failing) {
                    throw FakeDomain.failure(kind, call);
                }
            };
        }
    }

    @ParameterizedTest
    @CsvSource({"FULL, REFUSED", "FULL, DONE_AND_REFUSED", "FULL, LOST", "FULL, DONE_AND_LOST", "FULL, GONE",
        "FULL, DONE_AND_GONE", "COPY, REFUSED", "COPY, DONE_AND_REFUSED", "COPY, LOST", "COPY, DONE_AND_LOST", "COPY, GONE",
        "COPY, DONE_AND_GONE"})
    void nothingIsLeftAndNothingIsLost(RequestedLevel level, Failure failure) throws Exception {
        for (int failing = 1;; failing++) {
            FakeFixture fixture = new FakeFixture(directory);
            FakeDomain domain = fixture.domain;
            domain.agent = true;
            domain.checkpoint("somebody.0");
            String base = fixture.backUp(RequestedLevel.FULL);
            int before = domain.calls.size();

            domain.fault = failure.at(before + failing);
            Exception caught = null;
            try {
                fixture.backUp(level);
            } catch (IOException e) {
                caught = e;
            }
            domain.fault = FakeDomain.Fault.NONE;

            String what = failure + " at call " + failing + ": " + domain.calls.subList(before, domain.calls.size()) + caught;
            boolean reached = domain.calls.size() - before >= failing;
            fixture.assertLockIsFree();
            assertThat(domain.checkpoints).as(what).containsKey("somebody.0");
            String last = domain.record().chain().orElseThrow().last();
            assertThat(domain.checkpoints).as(what).containsKey(last);
            if (caught == null && level == RequestedLevel.FULL) {
                assertThat(last).as(what).isNotEqualTo(base);
            }
            long highest = domain.record().highest();

            String next = fixture.backUp(RequestedLevel.FULL);

            assertThat(next).as(what).isEqualTo("virtnbd." + (highest + 1));
            assertThat(domain.checkpoints.keySet()).as(what).containsExactlyInAnyOrder("somebody.0", next);
            fixture.assertNothingIsLeft();
            fixture.backups.close();
            if (!reached) {
                assertThat(caught).as(what).isNull();
                return;
            }
        }
    }
}
