/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.serve;

import io.virtnbd.testing.RequiresTools;
import java.nio.file.Path;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Others find in a served chain what a restore of it has. */
@RequiresTools({"qemu-img", "nbdcopy"})
class ServeIT extends CamelTestSupport {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"plain,", "plain,virtnbdbackup.2", "lz4,", "lz4,virtnbdbackup.1"})
    void chainsOfTheReference(String set, String until) throws Exception {
        Path golden = Path.of(getClass().getResource("/golden/" + set).toURI());
        new ServedSet(template(), golden, directory).assertServedAsRestored(until == null ? "" : "&until=" + until);
    }
}
