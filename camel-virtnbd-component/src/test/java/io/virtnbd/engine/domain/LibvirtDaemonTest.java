/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.virtnbd.libvirt.BackupJob;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtCallException.Kind;
import io.virtnbd.libvirt.LibvirtConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LibvirtDaemonTest {

    private static final BackupJob JOB = new BackupJob(null, List.of());

    private final FakeDomain domain = new FakeDomain();
    private final List<FakeConnection> connections = new ArrayList<>();
    private final LibvirtDaemon daemon = new LibvirtDaemon(this::connect);
    private boolean unreachable;

    private LibvirtConnection connect() throws LibvirtCallException {
        if (unreachable) {
            throw FakeDomain.failure(Kind.CONNECTION, "connect");
        }
        connections.add(new FakeConnection(domain));
        return connections.get(connections.size() - 1);
    }

    private ReconnectingDomain find() throws LibvirtCallException {
        return ReconnectingDomain.find(daemon, "web1");
    }

    /** What a restart of the daemon does to connections. */
    private void restart() {
        connections.forEach(connection -> connection.alive = false);
    }

    @Test
    void theConnectionIsMadeWhenItIsNeededAndKept() throws Exception {
        assertThat(connections).isEmpty();

        find().isActive();
        find().checkpoints();

        assertThat(connections).hasSize(1);
    }

    @Test
    void aCallIsMadeAgainOverANewConnectionWhereTheOldOneWasLost() throws Exception {
        ReconnectingDomain found = find();
        restart();

        assertThat(found.isActive()).isTrue();

        assertThat(connections).hasSize(2);
        assertThat(connections.get(0).closed).isTrue();
        assertThat(connections.get(1).closed).isFalse();
    }

    @Test
    void closingDoesNotWaitForADaemonThatDoesNotAnswer() throws Exception {
        CountDownLatch connecting = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        FakeConnection late = new FakeConnection(domain);
        LibvirtDaemon slow = new LibvirtDaemon(() -> {
            connecting.countDown();
            try {
                answer.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return late;
        });
        CompletableFuture<Throwable> call = CompletableFuture.supplyAsync(() ->
                catchThrowable(() -> ReconnectingDomain.find(slow, "web1")));
        connecting.await();

        slow.close();

        answer.countDown();
        assertThat(call.get()).isInstanceOf(LibvirtCallException.class).hasMessageContaining("stopped");
        assertThat(late.closed).isTrue();
    }

    @Test
    void aCallIsMadeAgainOnce() throws Exception {
        ReconnectingDomain found = find();
        domain.fault = FakeDomain.Fault.of("isActive", Kind.CONNECTION);

        assertThatThrownBy(found::isActive).isInstanceOf(LibvirtCallException.class);

        assertThat(domain.calls).containsExactly("isActive", "isActive");
    }

    @Test
    void otherFailuresAreNotRepeated() throws Exception {
        ReconnectingDomain found = find();
        domain.fault = FakeDomain.Fault.of("deleteCheckpoint", Kind.OTHER);

        assertThatThrownBy(() -> found.deleteCheckpoint("c.0")).isInstanceOf(LibvirtCallException.class);

        assertThat(domain.calls).containsExactly("deleteCheckpoint");
        assertThat(connections).hasSize(1);
    }

    @Test
    void aBackupIsBegunOverANewConnectionWhereTheOldOneWasLostBefore() throws Exception {
        ReconnectingDomain found = find();
        restart();
        domain.otherJob = true;

        assertThatThrownBy(() -> found.beginBackup(JOB, null))
                .satisfies(e -> assertThat(((LibvirtCallException) e).kind()).isEqualTo(Kind.JOB_RUNNING));

        assertThat(connections).hasSize(2);
    }

    @Test
    void aBackupIsNotBegunAgainWhereTheConnectionIsLostMeanwhile() throws Exception {
        ReconnectingDomain found = find();
        domain.fault = FakeDomain.Fault.of("beginBackup", Kind.CONNECTION);

        assertThatThrownBy(() -> found.beginBackup(JOB, null))
                .satisfies(e -> assertThat(((LibvirtCallException) e).kind()).isEqualTo(Kind.CONNECTION));

        assertThat(domain.calls).containsExactly("beginBackup");
    }

    @Test
    void aDaemonThatCannotBeReachedIsAskedAgainByTheNextCall() throws Exception {
        ReconnectingDomain found = find();
        restart();
        unreachable = true;
        assertThatThrownBy(found::isActive).isInstanceOf(LibvirtCallException.class);

        unreachable = false;

        assertThat(found.isActive()).isTrue();
    }

    @Test
    void nothingIsConnectedAfterTheEnd() throws Exception {
        ReconnectingDomain found = find();

        daemon.close();
        daemon.close();

        assertThat(connections.get(0).closed).isTrue();
        assertThatThrownBy(found::isActive).isInstanceOf(LibvirtCallException.class).hasMessageContaining("stopped");
        assertThat(connections).hasSize(1);
    }

    @Test
    void aDomainIsFoundByItsUuid() throws Exception {
        assertThat(ReconnectingDomain.find(daemon, FakeDomain.UUID).name()).isEqualTo("web1");
        assertThatThrownBy(() -> ReconnectingDomain.find(daemon, "web9"))
                .satisfies(e -> assertThat(((LibvirtCallException) e).kind()).isEqualTo(Kind.NO_DOMAIN));
    }
}
