/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import org.apache.camel.CamelExchangeException;
import org.junit.jupiter.api.Test;

class FailuresTest {

    @Test
    void saysEverythingOnceAndNothingOfCamelsWrappers() {
        Throwable failure = new CamelExchangeException("Sequential processing failed", null,
                new IOException("Cannot store file: vda.part", new IOException("No space left on device")));

        assertThat(Failures.describe(failure)).isEqualTo("Cannot store file: vda.part: No space left on device");
    }

    @Test
    void doesNotRepeatACauseThatTheMessageHasAlready() {
        assertThat(Failures.describe(new IOException("cannot connect: refused", new IOException("refused"))))
                .isEqualTo("cannot connect: refused");
    }

    @Test
    void namesTheExceptionWhereItsMessageDoesNotSayWhatHappened() {
        assertThat(Failures.describe(new AccessDeniedException("/root"))).isEqualTo("AccessDeniedException /root");
        assertThat(Failures.describe(new IllegalStateException())).isEqualTo("IllegalStateException");
    }
}
