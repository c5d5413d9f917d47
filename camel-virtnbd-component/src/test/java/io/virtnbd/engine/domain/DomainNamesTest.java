/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DomainNamesTest {

    @Test
    void takesANameThatAFileCanBear() {
        assertThatCode(() -> DomainNames.check("web 1-ü", "virtnbd")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\\b", ".hidden", "{name}"})
    void refusesANameThatNoFileCanBear(String name) {
        assertThatThrownBy(() -> DomainNames.check(name, "virtnbd")).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining(name).hasMessageContaining("virsh domrename");
    }
}
