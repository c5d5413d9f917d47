/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class BoundedMessagesTest {

    private final InflightLimit limit = new InflightLimit("backup b.0 of web1", 100);

    private BoundedMessages messages(Runnable making) {
        return new BoundedMessages(new MessageSource() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public long nextSize() {
                return 100;
            }

            @Override
            public Message next() {
                making.run();
                return new PartMessage(new DefaultCamelContext(), null,
                        new ArtifactDelivery("vda.data", ArtifactKind.SEGMENT, "vda"));
            }
        }, limit);
    }

    /** A splitter that has stopped can take nothing from its iterator: it would fail with an error of its own. */
    @Test
    void whatIsBeingMadeWhenTheBackupFailsIsNotHandedOut() {
        assertThat(messages(limit::cancel).next()).isNull();
    }

    @Test
    void whatCannotBeMadeAnyMoreIsNoFurtherFailure() {
        assertThat(messages(() -> {
            limit.cancel();
            throw new UncheckedIOException(new IOException("closed"));
        }).next()).isNull();
    }

    @Test
    void whatCannotBeMadeTakesNoRoom() throws Exception {
        BoundedMessages messages = messages(() -> {
            throw new UncheckedIOException(new IOException("bad sector"));
        });

        assertThatThrownBy(messages::next).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(messages::next).isInstanceOf(UncheckedIOException.class);
        assertThat(limit.admit(100)).isNotNull();
    }

    /** A splitter takes an exception from its iterator, and ends; at an error its thread dies, and it never ends. */
    @Test
    void anErrorIsAnException() throws Exception {
        OutOfMemoryError error = new OutOfMemoryError("Java heap space");
        BoundedMessages messages = messages(() -> {
            throw error;
        });

        assertThatThrownBy(messages::next).isInstanceOf(UncheckedIOException.class).hasMessageContaining("Java heap space")
                .hasRootCause(error);
        assertThat(limit.admit(100)).isNotNull();
    }

    @Test
    void anErrorWhileItIsAskedForAnotherIsAnException() {
        BoundedMessages messages = new BoundedMessages(new MessageSource() {
            @Override
            public boolean hasNext() {
                throw new OutOfMemoryError("Java heap space");
            }

            @Override
            public long nextSize() {
                return 0;
            }

            @Override
            public Message next() {
                throw new AssertionError("was not asked whether there is one");
            }
        }, limit);

        assertThatThrownBy(messages::hasNext).isInstanceOf(UncheckedIOException.class).hasMessageContaining("Java heap space");
    }
}
