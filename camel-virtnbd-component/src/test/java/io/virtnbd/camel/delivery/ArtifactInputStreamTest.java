/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArtifactInputStreamTest implements ArtifactInputStream.Listener {

    private final List<Long> completions = new ArrayList<>();
    private final byte[] content = new byte[600_000];
    private byte[] digest;
    private int closes;

    ArtifactInputStreamTest() {
        new Random(3).nextBytes(content);
    }

    @Override
    public void moved() {
    }

    @Override
    public void complete(long bytes, byte[] sha256) {
        completions.add(bytes);
        digest = sha256;
    }

    @Override
    public void closed(ArtifactInputStream stream) {
        closes++;
    }

    @Override
    public IOException explained(IOException failure) {
        return new IOException("because", failure);
    }

    private ArtifactInputStream stream(OptionalLong length) throws NoSuchAlgorithmException {
        return new ArtifactInputStream(new ByteArrayInputStream(content), MessageDigest.getInstance("SHA-256"), length, this);
    }

    private void assertComplete() throws NoSuchAlgorithmException {
        assertThat(completions).containsExactly((long) content.length);
        assertThat(digest).isEqualTo(MessageDigest.getInstance("SHA-256").digest(content));
    }

    @Test
    void isCompleteAtTheEnd() throws Exception {
        try (ArtifactInputStream stream = stream(OptionalLong.empty())) {
            assertThat(stream.readNBytes(content.length)).isEqualTo(content);
            assertThat(completions).isEmpty();
            assertThat(stream.read()).isEqualTo(-1);
            assertThat(stream.read()).isEqualTo(-1);
        }

        assertComplete();
        assertThat(closes).isEqualTo(1);
    }

    @Test
    void isCompleteWithItsLastByteWhereTheLengthIsKnown() throws Exception {
        try (ArtifactInputStream stream = stream(OptionalLong.of(content.length))) {
            stream.readNBytes(content.length - 1);
            assertThat(completions).isEmpty();
            assertThat(stream.read()).isEqualTo(content[content.length - 1] & 0xff);
            assertComplete();
            assertThat(stream.read()).isEqualTo(-1);
        }

        assertComplete();
    }

    @Test
    void isNotCompleteWhenItIsClosedBeforeItsEnd() throws Exception {
        try (ArtifactInputStream stream = stream(OptionalLong.empty())) {
            stream.skip(1000);
            stream.read(new byte[1000]);
        }

        assertThat(completions).isEmpty();
    }

    @Test
    void countsWhatIsSkippedAndTransferred() throws Exception {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        try (ArtifactInputStream stream = stream(OptionalLong.empty())) {
            long skipped = stream.skip(10);
            assertThat(skipped + stream.transferTo(target)).isEqualTo(content.length);
        }

        assertComplete();
        assertThat(target.size()).isEqualTo(content.length - 10);
    }

    @Test
    void aFailureIsExplained() {
        IOException failure = new IOException("closed");
        InputStream failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw failure;
            }
        };
        assertThatThrownBy(() -> new ArtifactInputStream(failing, null, OptionalLong.empty(), this).read())
                .hasMessage("because").hasCause(failure);
    }

    @Test
    void cannotBeReset() throws IOException, NoSuchAlgorithmException {
        try (ArtifactInputStream stream = stream(OptionalLong.empty())) {
            assertThat(stream.markSupported()).isFalse();
        }
    }
}
