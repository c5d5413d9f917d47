/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtDomain;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Freezes a guest's file systems while a backup begins, and thaws them again whatever becomes of it. What somebody else has
 * frozen stays frozen. Used for one backup, by one thread.
 */
final class GuestFreeze {

    private static final Logger LOG = LoggerFactory.getLogger(GuestFreeze.class);

    private final LibvirtDomain domain;
    private final FreezeMode mode;
    private final GuestAgent agent;
    private Guest guest = Guest.RUNS;
    private boolean left;

    GuestFreeze(LibvirtDomain domain, FreezeMode mode, Duration timeout) {
        this.domain = domain;
        this.mode = mode;
        this.agent = new GuestAgent(domain, timeout);
    }

    /**
     * Finds out what is to be done, before anything has changed.
     *
     * @param connected whether there is a guest agent, as far as libvirt knows
     * @throws DomainBackupException if the guest has to be frozen and cannot be
     */
    void prepare(boolean connected) throws DomainBackupException {
        if (mode == FreezeMode.NEVER) {
            return;
        }
        if (!connected) {
            if (mode == FreezeMode.REQUIRED) {
                throw new DomainBackupException("domain " + domain.name() + " has no guest agent that is connected, expected one"
                        + " with freeze=required: install and start qemu-guest-agent in the guest, or use freeze=auto");
            }
            LOG.info("{}: is backed up without its file systems being frozen: no guest agent is connected", domain.name());
            return;
        }
        try {
            guest = agent.isFrozen() ? Guest.FROZEN_BY_OTHERS : Guest.TO_BE_FROZEN;
        } catch (LibvirtCallException e) {
            goOnUnfrozen(e.getMessage(), e);
        }
    }

    /** Whether {@link #during} freezes the guest, so that somebody has to thaw it if this program ends in the middle. */
    boolean freezes() {
        return guest == Guest.TO_BE_FROZEN;
    }

    /** Whether the guest may have been left frozen, or may freeze yet, because the agent did not answer any more. */
    boolean hasLeftFrozen() {
        return left;
    }

    /**
     * Does something while the guest is frozen.
     *
     * @return for how long it was frozen for that; empty if it was not
     * @throws DomainBackupException if it had to be frozen and could not be, or could not be thawed
     */
    Optional<Duration> during(Action action) throws IOException {
        boolean ours = freezes() && freeze();
        long start = System.nanoTime();
        try {
            action.run();
        } catch (Throwable e) {
            if (ours) {
                thawAfter(e);
            }
            throw e;
        }
        if (ours) {
            thaw();
        }
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        return ours || guest == Guest.FROZEN_BY_OTHERS && isStillFrozen() ? Optional.of(time) : Optional.empty();
    }

    private boolean freeze() throws DomainBackupException {
        try {
            if (agent.freeze()) {
                return true;
            }
        } catch (LibvirtCallException e) {
            settle(e);
            goOnUnfrozen(e.getMessage(), e);
            return false;
        }
        goOnUnfrozen("no file system was there to be frozen, or they were frozen without the agent", null);
        return false;
    }

    /** The agent may have frozen the guest and failed to say so, or do it later. */
    private void settle(LibvirtCallException failure) throws DomainBackupException {
        try {
            agent.settle();
        } catch (LibvirtCallException e) {
            failure.addSuppressed(e);
            throw notThawed(failure);
        }
    }

    private boolean isStillFrozen() throws DomainBackupException {
        try {
            if (agent.isFrozen()) {
                return true;
            }
        } catch (LibvirtCallException e) {
            goOnUnfrozen(e.getMessage(), e);
            return false;
        }
        goOnUnfrozen("somebody else had frozen the guest, and thawed it while the backup began", null);
        return false;
    }

    private void thaw() throws DomainBackupException {
        try {
            agent.thaw();
        } catch (LibvirtCallException e) {
            throw notThawed(e);
        }
    }

    private void thawAfter(Throwable failure) {
        try {
            thaw();
        } catch (IOException e) {
            failure.addSuppressed(e);
            LOG.error(e.getMessage());
        }
    }

    private DomainBackupException notThawed(LibvirtCallException cause) {
        left = true;
        return new DomainBackupException("domain " + domain.name() + " may be frozen, because its guest agent does not"
                + " answer any more; the next backup thaws it, or virsh domfsthaw " + domain.name() + " ("
                + cause.getMessage() + ")", cause);
    }

    private void goOnUnfrozen(String reason, LibvirtCallException cause) throws DomainBackupException {
        if (mode == FreezeMode.REQUIRED) {
            throw new DomainBackupException("domain " + domain.name() + " could not be frozen, which freeze=required asks for: "
                    + reason, cause);
        }
        LOG.warn("{}: is backed up without its file systems being frozen: {}", domain.name(), reason);
    }

    private enum Guest {
        RUNS,
        FROZEN_BY_OTHERS,
        TO_BE_FROZEN
    }

    /** What is done while the guest is frozen. */
    interface Action {

        void run() throws IOException;
    }
}
