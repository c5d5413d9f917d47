/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import io.virtnbd.chain.ManifestEntry;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * What became of a backup's artifacts: whether each was read to its end, and whether an exchange that carries it is still on
 * its way or has failed. Safe for use by several threads.
 */
final class DeliveryLog {

    /** Causes that are looked through, as they can go in a circle. */
    private static final int MAX_DEPTH = 100;

    private final String backup;
    private final Runnable whenFailed;
    private final List<ArtifactDelivery> artifacts = new ArrayList<>();
    private int inFlight;
    private ArtifactDelivery last;
    private boolean lastIsDelivered;
    private IncompleteBackupException failure;
    private boolean failureIsHidden;

    /**
     * @param backup     its name, for errors
     * @param whenFailed is run at the first failure
     */
    DeliveryLog(String backup, Runnable whenFailed) {
        this.backup = backup;
        this.whenFailed = whenFailed;
    }

    synchronized ArtifactDelivery add(String name, ArtifactKind kind, String disk) {
        ArtifactDelivery artifact = new ArtifactDelivery(name, kind, disk);
        artifacts.add(artifact);
        return artifact;
    }

    /**
     * The artifact was read to its end. The last such reading counts.
     *
     * @return whether it is the first
     */
    synchronized boolean read(ArtifactDelivery artifact, long bytes, byte[] sha256) {
        boolean first = !artifact.isRead();
        artifact.read(bytes, sha256);
        return first;
    }

    /** There will be no artifact after this one. */
    synchronized void last(ArtifactDelivery artifact) {
        last = artifact;
    }

    synchronized boolean isLast(ArtifactDelivery artifact) {
        return artifact == last;
    }

    /** An exchange carries the artifact from now on. */
    synchronized void begun(ArtifactDelivery artifact) {
        if (artifact.kind() != ArtifactKind.MANIFEST && !artifact.isInFlight()) {
            artifact.inFlight(true);
            inFlight++;
        }
    }

    /** The exchange is done, and has not failed. A manifest that nobody has read is not delivered all the same. */
    synchronized void delivered(ArtifactDelivery artifact) {
        if (artifact == last) {
            lastIsDelivered = artifact.kind() != ArtifactKind.MANIFEST || artifact.isRead();
        }
        ended(artifact);
    }

    /** The exchange is done. */
    synchronized void ended(ArtifactDelivery artifact) {
        if (artifact.isInFlight()) {
            artifact.inFlight(false);
            inFlight--;
            notifyAll();
        }
    }

    /** An exchange that has read the artifact has failed, whoever knows of it. */
    synchronized void branchFailed(ArtifactDelivery artifact, int branch, Throwable cause) {
        artifact.branchFailed(branch, cause);
    }

    /** One that had failed has delivered the artifact after all. */
    synchronized void branchRedelivered(ArtifactDelivery artifact, int branch) {
        artifact.branchRedelivered(branch);
    }

    /** Why an exchange failed that has read the artifact; null where none has. */
    synchronized Throwable branchFailure(ArtifactDelivery artifact) {
        return artifact.branchFailure();
    }

    /** Why an exchange failed that has read any artifact; null where none has. */
    synchronized Throwable branchFailure() {
        return artifacts.stream().map(ArtifactDelivery::branchFailure).filter(Objects::nonNull).findFirst().orElse(null);
    }

    /** Whether everything was delivered, the last artifact too, and nothing has failed. */
    synchronized boolean isComplete() {
        return failure == null && lastIsDelivered && inFlight == 0;
    }

    /**
     * A delivery has failed, and the backup with it. Only the first failure counts.
     *
     * @param hidden whether the failure was handled by the route, so that nobody else will report it
     */
    void failed(ArtifactDelivery artifact, Throwable cause, boolean hidden) {
        failed("the delivery of " + artifact.name() + " failed", cause, hidden);
    }

    /**
     * The backup has failed. Only the first failure counts.
     *
     * @param what   has happened
     * @param cause  null where there is none
     * @param hidden whether nobody else will report it
     * @return the first failure
     */
    synchronized IncompleteBackupException failed(String what, Throwable cause, boolean hidden) {
        if (failure == null) {
            failure = new IncompleteBackupException(backup + " is incomplete: " + what + reason(cause), cause);
            failureIsHidden = hidden;
            notifyAll();
            whenFailed.run();
        }
        return failure;
    }

    /** What the failure says itself and, where that says something else, the one that it comes from. */
    private static String reason(Throwable cause) {
        if (cause == null) {
            return "";
        }
        Throwable root = cause;
        for (int depth = 0; root.getCause() != null && depth < MAX_DEPTH; depth++) {
            root = root.getCause();
        }
        String first = text(cause);
        String last = text(root);
        return ": " + first + (first.contains(last) ? "" : ": " + last);
    }

    private static String text(Throwable failure) {
        return failure.getMessage() == null || failure.getMessage().isBlank() ? failure.toString() : failure.getMessage();
    }

    /** @return null as long as none has failed */
    synchronized IncompleteBackupException failure() {
        return failure;
    }

    /** The failure, once, if it was handled by the route and would not be seen otherwise; else null. */
    synchronized IncompleteBackupException takeHiddenFailure() {
        if (!failureIsHidden) {
            return null;
        }
        failureIsHidden = false;
        return failure;
    }

    /** Bytes of the disks' streams that were read, as far as they were read to their end. */
    synchronized long streamBytes() {
        return artifacts.stream()
                .filter(artifact -> artifact.kind() == ArtifactKind.DISK || artifact.kind() == ArtifactKind.SEGMENT)
                .filter(ArtifactDelivery::isRead).mapToLong(ArtifactDelivery::bytes).sum();
    }

    /**
     * Waits until no artifact is on its way.
     *
     * @param timeoutMillis how long to wait at most
     * @return an entry for each artifact but the manifest
     * @throws IncompleteBackupException if a delivery failed, the time is over, or an artifact was not read to its end
     */
    synchronized List<ManifestEntry> entries(long timeoutMillis) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        while (failure == null && inFlight > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new IncompleteBackupException(backup + " is incomplete: expected every artifact to be delivered within "
                        + timeoutMillis + " ms (manifestTimeout), found still on their way: " + names(true));
            }
            await(left);
        }
        if (failure != null) {
            throw new IncompleteBackupException(failure.getMessage(), failure);
        }
        String unread = names(false);
        if (!unread.isEmpty()) {
            throw new IncompleteBackupException(backup
                    + " is incomplete: expected every artifact to be read to its end, found not: "
                    + unread);
        }
        return artifacts.stream().filter(artifact -> artifact.kind() != ArtifactKind.MANIFEST).map(ArtifactDelivery::entry)
                .toList();
    }

    private void await(long millis) throws IOException {
        try {
            wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while artifacts are on their way: " + names(true))
                    .initCause(e);
        }
    }

    private String names(boolean onTheirWay) {
        List<String> names = artifacts.stream().filter(artifact -> artifact.kind() != ArtifactKind.MANIFEST)
                .filter(artifact -> onTheirWay ? artifact.isInFlight() : !artifact.isRead())
                .map(ArtifactDelivery::name).toList();
        int shown = Math.min(names.size(), 5);
        return String.join(", ", names.subList(0, shown)) + (names.size() > shown ? " and " + (names.size() - shown)
                + " more" : "");
    }
}
