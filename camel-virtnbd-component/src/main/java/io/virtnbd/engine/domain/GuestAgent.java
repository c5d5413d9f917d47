/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtDomain;
import java.time.Duration;
import java.util.regex.Pattern;

/** What a guest's agent does about file systems. Source: QEMU guest agent protocol, {@code guest-fsfreeze-*}. */
final class GuestAgent {

    private static final String STATUS = "{\"execute\":\"guest-fsfreeze-status\"}";
    private static final String FREEZE = "{\"execute\":\"guest-fsfreeze-freeze\"}";
    private static final String THAW = "{\"execute\":\"guest-fsfreeze-thaw\"}";
    private static final Pattern FROZEN = Pattern.compile("\"return\"\\s*:\\s*\"frozen\"");
    private static final Pattern NONE = Pattern.compile("\"return\"\\s*:\\s*0\\b");

    private static final long PAUSE_MILLIS = 100;

    private final LibvirtDomain domain;
    private final Duration timeout;

    /** @param timeout for one answer */
    GuestAgent(LibvirtDomain domain, Duration timeout) {
        this.domain = domain;
        this.timeout = timeout;
    }

    /** Whether the agent has frozen the guest; it knows nothing of what was frozen without it. */
    boolean isFrozen() throws LibvirtCallException {
        return FROZEN.matcher(domain.agentCommand(STATUS, timeout)).find();
    }

    /**
     * Freezes the guest. After a failure it may be frozen nevertheless, or freeze later.
     *
     * @return false if there was no file system to freeze, or somebody else had frozen them without the agent
     */
    boolean freeze() throws LibvirtCallException {
        return !NONE.matcher(domain.agentCommand(FREEZE, timeout)).find();
    }

    /** Thaws the guest that it has frozen, as often as it takes. */
    void thaw() throws LibvirtCallException {
        insist(() -> domain.agentCommand(THAW, timeout));
    }

    /**
     * Thaws the guest if the agent has frozen it. The agent does one thing after the other, so when this returns no freeze that
     * was begun before is still to come. It leaves alone what was frozen without the agent, which a bare thaw would thaw as
     * well.
     */
    void settle() throws LibvirtCallException {
        insist(() -> {
            if (isFrozen()) {
                domain.agentCommand(THAW, timeout);
            }
        });
    }

    /**
     * For as long as one answer may take: an agent can be busy, or be started again; and being interrupted is no reason to leave
     * a guest frozen.
     */
    private void insist(Step step) throws LibvirtCallException {
        long start = System.nanoTime();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    step.run();
                    return;
                } catch (LibvirtCallException e) {
                    if (hasStopped(e)) {
                        return;
                    }
                    if (System.nanoTime() - start >= timeout.toNanos()) {
                        throw e;
                    }
                }
                try {
                    Thread.sleep(PAUSE_MILLIS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A guest that has ended is not frozen. */
    private boolean hasStopped(LibvirtCallException failure) throws LibvirtCallException {
        return switch (failure.kind()) {
            case NO_DOMAIN -> true;
            case OPERATION_INVALID -> !domain.isActive();
            default -> false;
        };
    }

    private interface Step {

        void run() throws LibvirtCallException;
    }
}
