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
 * Freezes a guest's file systems while something is done, and thaws them again whatever becomes of it. Source: QEMU guest agent
 * protocol, {@code guest-fsfreeze-freeze} and {@code guest-fsfreeze-thaw}.
 */
final class GuestFreeze {

    private static final Logger LOG = LoggerFactory.getLogger(GuestFreeze.class);
    private static final String FREEZE = "{\"execute\":\"guest-fsfreeze-freeze\"}";
    private static final String THAW = "{\"execute\":\"guest-fsfreeze-thaw\"}";
    private static final int THAW_TRIES = 3;

    private final LibvirtDomain domain;
    private final FreezeMode mode;
    private final Duration timeout;

    GuestFreeze(LibvirtDomain domain, FreezeMode mode, Duration timeout) {
        this.domain = domain;
        this.mode = mode;
        this.timeout = timeout;
    }

    /**
     * Does something while the guest is frozen.
     *
     * @param agent whether there is a guest agent, as far as libvirt knows
     * @return for how long it was frozen; empty if it was not
     * @throws DomainBackupException if it had to be frozen and could not be, or could not be thawed
     */
    Optional<Duration> during(boolean agent, Action action) throws IOException {
        boolean frozen = mode != FreezeMode.NEVER && freeze(agent);
        long start = System.nanoTime();
        try {
            action.run();
        } catch (Throwable e) {
            if (frozen) {
                thawAfter(e);
            }
            throw e;
        }
        if (!frozen) {
            return Optional.empty();
        }
        thaw();
        return Optional.of(Duration.ofNanos(System.nanoTime() - start));
    }

    private boolean freeze(boolean agent) throws IOException {
        if (!agent) {
            if (mode == FreezeMode.REQUIRED) {
                throw new DomainBackupException("domain " + domain.name() + " has no guest agent that is connected, expected one"
                        + " with freeze=required: install and start qemu-guest-agent in the guest, or use freeze=auto");
            }
            return false;
        }
        try {
            domain.agentCommand(FREEZE, timeout);
            return true;
        } catch (LibvirtCallException e) {
            // it may have frozen the guest and failed to say so, or do it later
            try {
                thaw(1);
            } catch (IOException notThawed) {
                e.addSuppressed(notThawed);
            }
            if (mode == FreezeMode.REQUIRED) {
                throw new DomainBackupException("domain " + domain.name() + " could not be frozen, which freeze=required asks for: "
                        + e.getMessage(), e);
            }
            LOG.warn("{}: backed up without its file systems being frozen: {}", domain.name(), e.getMessage());
            return false;
        }
    }

    /** Thaws a guest that may have been left frozen. Does no harm where it was not. */
    void thaw() throws IOException {
        thaw(THAW_TRIES);
    }

    private void thaw(int most) throws IOException {
        for (int tries = 1;; tries++) {
            try {
                domain.agentCommand(THAW, timeout);
                return;
            } catch (LibvirtCallException e) {
                if (tries == most) {
                    throw new DomainBackupException("domain " + domain.name() + " could not be thawed; its file systems may be"
                            + " frozen: thaw them with virsh domfsthaw " + domain.name() + " (" + e.getMessage() + ")", e);
                }
            }
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

    /** What is done while the guest is frozen. */
    interface Action {

        void run() throws IOException;
    }
}
