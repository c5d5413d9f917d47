/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.engine.Closing;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.libvirt.Libvirt;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtConnection;
import io.virtnbd.libvirt.LibvirtDomain;
import io.virtnbd.libvirt.LibvirtOptions;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backups of the domains of one libvirt daemon. The connection is made when it is first needed, and made again when it was lost.
 * Safe for use by several threads.
 */
public final class DomainBackups implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(DomainBackups.class);
    private static final long WAIT_MILLIS = 20;
    /** How long a domain without a job may be locked, as it is while somebody cleans up. */
    private static final long TRANSITION_NANOS = 3_000_000_000L;
    private static final long CLOSE_SECONDS = 60;

    private final LibvirtDaemon daemon;
    private final Set<RunningBackup> open = ConcurrentHashMap.newKeySet();
    /** UUIDs of the domains in which it is cleaned up now, which ends soon: a backup can wait for that. */
    private final Set<String> recovering = ConcurrentHashMap.newKeySet();
    /** Held for reading while a backup begins, so that closing can wait for it. */
    private final ReadWriteLock beginning = new ReentrantReadWriteLock();
    private volatile boolean closed;

    /** Does not connect yet. */
    public DomainBackups(LibvirtOptions options) {
        this(() -> Libvirt.connect(options));
    }

    DomainBackups(LibvirtDaemon.Connector connector) {
        this.daemon = new LibvirtDaemon(connector);
    }

    /**
     * The names of the domains that match a pattern, sorted: {@code *} stands for any characters, {@code ?} for one.
     *
     * @return empty where none matches
     */
    public List<String> domains(String pattern) throws LibvirtCallException {
        StringBuilder regex = new StringBuilder();
        for (char each : pattern.toCharArray()) {
            regex.append(each == '*' ? ".*" : each == '?' ? "." : Pattern.quote(String.valueOf(each)));
        }
        Pattern names = Pattern.compile(regex.toString(), Pattern.DOTALL);
        return daemon.call(LibvirtConnection::domainNames).stream().filter(name -> names.matcher(name).matches()).toList();
    }

    /**
     * Begins a backup: cleans up what a killed program has left behind, decides the level, starts the job with its checkpoint, and
     * plans the streams.
     *
     * @param domain name or UUID
     * @throws RepeatedRequestException if the request has made a backup already, as far back as the domain's record goes;
     *                                  nothing has begun then
     * @throws DomainBusyException      if another backup of the domain is running, for longer than is to be waited
     * @throws DomainBackupException    if the domain cannot be backed up as asked; nothing has changed then
     * @throws IOException              if something failed; what had begun was rolled back
     */
    public RunningBackup begin(String domain, DomainBackupOptions options) throws IOException {
        LibvirtDomain found = ReconnectingDomain.find(daemon, domain);
        long start = System.nanoTime();
        long deadline = start + options.waitForDomain().toNanos();
        while (true) {
            requireOpen(); // where the end is waited for, no more may begin, nor wait for it
            beginning.readLock().lock();
            try {
                requireOpen();
                return tryBegin(found, options);
            } catch (DomainBusyException e) {
                long now = System.nanoTime();
                boolean cleaning = recovering.contains(found.uuid());
                if (now - deadline >= 0 && (now - start >= TRANSITION_NANOS || hasJob(found))
                        && !cleaning && !recovering.contains(found.uuid())) {
                    throw e;
                }
            } finally {
                beginning.readLock().unlock();
            }
            pause(found);
        }
    }

    private static boolean hasJob(LibvirtDomain domain) {
        try {
            return domain.isActive() && domain.backupJob().isPresent();
        } catch (LibvirtCallException e) {
            return true; // what the caller is about to report tells more
        }
    }

    private RunningBackup tryBegin(LibvirtDomain domain, DomainBackupOptions options) throws IOException {
        DomainLock lock = DomainLock.tryAcquire(LockDirectory.of(options), domain.uuid()).orElseThrow(() ->
                new DomainBusyException("domain " + domain.name() + " is being backed up already; expected no backup of it to run,"
                        + " or the option waitForDomain"));
        try {
            new Recovery(domain, options).run();
            requireNew(domain, options);
            RunningBackup[] begun = new RunningBackup[1];
            Runnable afterwards = () -> open.remove(begun[0]);
            begun[0] = domain.isActive() ? new OnlineStart(domain, options).begin(lock, afterwards)
                    : new OfflineStart(domain, options).begin(lock, afterwards);
            open.add(begun[0]);
            if (closed) {
                begun[0].close();
                requireOpen();
            }
            return begun[0];
        } catch (Throwable e) {
            Closing.after(e, lock);
            throw e;
        }
    }

    /** Under the lock: a commit of somebody else can still be taken back as long as its backup has not ended. */
    private static void requireNew(LibvirtDomain domain, DomainBackupOptions options) throws IOException {
        if (options.requestId().isEmpty()) {
            return;
        }
        Optional<CommittedRequest> carriedOut = new BackupRecords(domain).find(options.checkpointPrefix())
                .flatMap(record -> record.request(options.requestId().get()));
        if (carriedOut.isPresent()) {
            throw new RepeatedRequestException(carriedOut.get().describe(domain.name()));
        }
    }

    private static void pause(LibvirtDomain domain) throws InterruptedIOException {
        try {
            Thread.sleep(WAIT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for another backup of domain " + domain.name());
        }
    }

    private void requireOpen() throws DomainBackupException {
        if (closed) {
            throw new DomainBackupException("backups have been stopped");
        }
    }

    /**
     * Cleans up what a killed program has left behind: its job is ended, and its checkpoint rolled back. Does nothing where there
     * is nothing of that kind, or where the program still lives.
     *
     * @param domain name or UUID
     * @return whether there was something
     */
    public boolean recover(String domain, DomainBackupOptions options) throws IOException {
        LibvirtDomain found = ReconnectingDomain.find(daemon, domain);
        try (DomainLock lock = DomainLock.tryAcquire(LockDirectory.of(options), found.uuid()).orElse(null)) {
            if (lock == null) {
                return false;
            }
            recovering.add(found.uuid());
            try {
                return new Recovery(found, options).run();
            } finally {
                recovering.remove(found.uuid());
            }
        } catch (DomainBusyException e) {
            LOG.debug("{}", e.getMessage());
            return false;
        }
    }

    /** @throws LibvirtCallException if the daemon cannot be reached */
    public void ping() throws LibvirtCallException {
        daemon.call(connection -> {
            if (!connection.isAlive()) {
                throw new LibvirtCallException(LibvirtCallException.Kind.CONNECTION, "libvirt does not answer", null);
            }
            return null;
        });
    }

    /**
     * Ends all backups that are open, rolling back those that were not committed, and the connection. One that is beginning is
     * waited for: it rolls itself back, which takes the connection.
     */
    @Override
    public void close() {
        closed = true;
        closeBackups();
        boolean interrupted = false;
        try {
            if (beginning.writeLock().tryLock(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                beginning.writeLock().unlock();
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        closeBackups();
        daemon.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeBackups() {
        for (RunningBackup backup : new ArrayList<>(open)) {
            try {
                backup.close();
            } catch (IOException e) {
                LOG.warn("{}: {}", backup.description().domain(), e.getMessage());
            }
        }
    }
}
