/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DomainLockTest {

    private static final String UUID_1 = FakeDomain.UUID;
    private static final String UUID_2 = UUID.nameUUIDFromBytes(new byte[1]).toString();

    @TempDir
    private Path directory;

    /** Another process that holds the lock until its standard input ends, or it is killed. */
    static final class Holder {

        private Holder() {
        }

        public static void main(String[] arguments) throws IOException {
            System.out.println(DomainLock.tryAcquire(Path.of(arguments[0]), arguments[1]).isPresent() ? "held" : "busy");
            System.in.read();
        }
    }

    private Process start(String uuid, String expected) throws IOException {
        Process process = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-Xshare:auto",
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Holder.class.getName(),
                directory.toString(), uuid).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        assertThat(process.inputReader().readLine()).isEqualTo(expected);
        return process;
    }

    private boolean isFree(String uuid) throws IOException {
        var lock = DomainLock.tryAcquire(directory, uuid);
        if (lock.isPresent()) {
            lock.get().close();
        }
        return lock.isPresent();
    }

    @Test
    void oneOfAProcessHoldsItUntilItIsClosed() throws Exception {
        DomainLock lock = DomainLock.tryAcquire(directory, UUID_1).orElseThrow();

        assertThat(isFree(UUID_1)).isFalse();
        assertThat(isFree(UUID_1)).as("an attempt does not end the lock").isFalse();
        lock.close();
        assertThat(isFree(UUID_1)).isTrue();
    }

    @Test
    void closingItTwiceDoesNotEndTheLockOfTheNextHolder() throws Exception {
        DomainLock first = DomainLock.tryAcquire(directory, UUID_1).orElseThrow();
        first.close();
        try (DomainLock second = DomainLock.tryAcquire(directory, UUID_1).orElseThrow()) {
            first.close();

            assertThat(second).isNotNull();
            assertThat(isFree(UUID_1)).isFalse();
            start(UUID_1, "busy").destroyForcibly();
        }
    }

    @Test
    void domainsAreLockedApart() throws Exception {
        try (DomainLock lock = DomainLock.tryAcquire(directory, UUID_1).orElseThrow()) {
            assertThat(lock).isNotNull();
            assertThat(isFree(UUID_2)).isTrue();
        }
    }

    @Test
    void directoriesAreLockedApart() throws Exception {
        try (DomainLock lock = DomainLock.tryAcquire(directory, UUID_1).orElseThrow()) {
            assertThat(lock).isNotNull();
            assertThat(DomainLock.tryAcquire(Files.createDirectory(directory.resolve("other")), UUID_1)).isPresent();
        }
    }

    @Test
    void aDirectoryIsTheSameUnderAnotherPath() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
        try (DomainLock lock = DomainLock.tryAcquire(directory, UUID_1).orElseThrow()) {
            assertThat(lock).isNotNull();
            assertThat(DomainLock.tryAcquire(link, UUID_1)).isEmpty();
        }
    }

    @Test
    void anotherProcessIsRefusedWhileThisOneHoldsIt() throws Exception {
        try (DomainLock lock = DomainLock.tryAcquire(directory, UUID_1).orElseThrow()) {
            assertThat(lock).isNotNull();
            isFree(UUID_2);
            start(UUID_1, "busy").destroyForcibly();
        }
    }

    @Test
    void itIsFreeWhenTheProcessThatHeldItWasKilled() throws Exception {
        Process holder = start(UUID_1, "held");
        assertThat(isFree(UUID_1)).isFalse();
        assertThat(isFree(UUID_2)).isTrue();

        holder.destroyForcibly();
        assertThat(holder.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(isFree(UUID_1)).isTrue();
    }

    @Test
    void aDirectoryThatIsNotThereIsAnError() {
        assertThatThrownBy(() -> DomainLock.tryAcquire(directory.resolve("missing"), UUID_1))
                .isInstanceOf(DomainBackupException.class).hasMessageContaining(directory.resolve("missing") + ": expected")
                .hasMessageContaining("scratchDirectory").hasMessageEndingWith("found none");
    }

    @Test
    void aDirectoryWithoutPermissionIsAnError() throws Exception {
        Files.createDirectory(directory.resolve("virtnbd.lock")); // root may write everywhere but here

        assertThatThrownBy(() -> DomainLock.tryAcquire(directory, UUID_1)).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining("scratchDirectory").hasMessageContaining("virtnbd.lock");
    }
}
