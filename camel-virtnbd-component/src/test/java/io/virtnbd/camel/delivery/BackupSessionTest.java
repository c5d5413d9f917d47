/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BackupSessionTest {

    private final AtomicInteger sourceCloses = new AtomicInteger();
    private final AtomicInteger streamCloses = new AtomicInteger();
    private final BackupSession session = new BackupSession("backup b.0 of web1", sourceCloses::incrementAndGet);

    private InputStream stream() {
        return new ByteArrayInputStream(new byte[1]) {
            @Override
            public void close() {
                streamCloses.incrementAndGet();
            }
        };
    }

    @Test
    void closesWhatWasForgottenAndThenTheSource() throws IOException {
        InputStream closed = session.open(this::stream);
        session.open(this::stream);
        session.forget(closed);

        session.end();

        assertThat(streamCloses).hasValue(1);
        assertThat(sourceCloses).hasValue(1);
    }

    @Test
    void staysOpenUntilTheLastHolderLetsGo() throws IOException {
        session.retain();
        session.end();
        session.end();
        assertThat(session.isEnded()).isTrue();
        assertThat(sourceCloses).hasValue(0);
        session.open(this::stream);

        session.release();

        assertThat(sourceCloses).hasValue(1);
        assertThat(streamCloses).hasValue(1);
        session.release();
        assertThat(sourceCloses).hasValue(1);
    }

    @Test
    void refusesEverythingOnceItIsClosed() {
        session.end();

        assertThatThrownBy(() -> session.open(this::stream)).isInstanceOf(IOException.class)
                .hasMessage("backup b.0 of web1 is closed: the exchange that made it is done");
        assertThatThrownBy(session::retain).isInstanceOf(IOException.class);
    }

    @Test
    void explainsFailuresThatItsEndHasCaused() {
        IOException failure = new IOException("the stream is closed");
        assertThat(session.explained(failure)).isSameAs(failure);

        session.abort("it took too long");

        assertThat(session.explained(failure)).hasMessage("backup b.0 of web1 is closed: it took too long").hasCause(failure);
    }

    @Test
    void closesAStreamThatWasOpenedTooLate() {
        assertThatThrownBy(() -> session.open(() -> {
            session.end();
            return stream();
        })).isInstanceOf(IOException.class).hasMessageContaining("is closed");

        assertThat(streamCloses).hasValue(1);
    }
}
