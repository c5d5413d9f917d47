/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("below/state");
    }

    @Test
    void keepsWhatWasRead() throws Exception {
        RotationState state = new RotationState("/store with\nline", 7, Map.of(
                StateFile.escaped("web 1/virtnbd.0/vda.full.data"), new RotationState.Mark(6, 1L << 40, 1_790_000_000L),
                "b", new RotationState.Mark(3, 5, 0)));
        VerificationState file = VerificationState.file(file());
        assertThat(file.load(state.store())).isEqualTo(RotationState.initial(state.store()));

        file.save(state);

        assertThat(file.load(state.store())).isEqualTo(state);
        try (var files = Files.list(file().getParent())) {
            assertThat(files).containsExactly(file());
        }
    }

    @Test
    void refusesTheStateOfAnotherStore() throws Exception {
        VerificationState file = VerificationState.file(file());
        file.save(RotationState.initial("/one"));

        assertThatThrownBy(() -> file.load("/other")).isInstanceOf(IOException.class).hasMessageContaining("/one")
                .hasMessageContaining("/other");
    }

    @Test
    void refusesWhatIsNoState() throws Exception {
        Files.createDirectories(file().getParent());
        for (String content : new String[] {"", "notes", "virtnbd-verify 1\nstore /store\nrun x\n",
            "virtnbd-verify 1\nstore /store\nrun 1\n1 then 1 a\n", "virtnbd-verify 1\nstore /store\nrun 1\n1\n"}) {
            Files.writeString(file(), content);

            assertThatThrownBy(() -> VerificationState.file(file()).load("/store")).as(content).isInstanceOf(IOException.class)
                    .hasMessageContaining(file().toString());
        }
    }
}
