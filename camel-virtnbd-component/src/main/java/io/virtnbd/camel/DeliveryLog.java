/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.chain.ManifestEntry;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What became of a backup's artifacts: whether each was read to its end, and whether an exchange that carries it is still on
 * its way or has failed. Safe for use by several threads.
 */
final class DeliveryLog {

    private final String backup;
    private final List<ArtifactDelivery> artifacts = new ArrayList<>();
    private int inFlight;
    private IncompleteBackupException failure;
    private boolean failureIsHidden;

    /** @param backup its name, for errors */
    DeliveryLog(String backup) {
        this.backup = backup;
    }

    synchronized ArtifactDelivery add(String name, ArtifactKind kind, String disk) {
        ArtifactDelivery artifact = new ArtifactDelivery(name, kind, disk);
        artifacts.add(artifact);
        return artifact;
    }

    /** The artifact was read to its end. The last such reading counts. */
    synchronized void read(ArtifactDelivery artifact, long bytes, byte[] sha256) {
        artifact.read(bytes, sha256);
    }

    /** An exchange carries the artifact from now on. */
    synchronized void begun(ArtifactDelivery artifact) {
        if (artifact.kind() != ArtifactKind.MANIFEST && !artifact.isInFlight()) {
            artifact.inFlight(true);
            inFlight++;
        }
    }

    /** The exchange is done. */
    synchronized void ended(ArtifactDelivery artifact) {
        if (artifact.isInFlight()) {
            artifact.inFlight(false);
            inFlight--;
            notifyAll();
        }
    }

    /**
     * A delivery has failed, and the backup with it. Only the first failure counts.
     *
     * @param hidden whether the failure was handled by the route, so that nobody else will report it
     */
    synchronized void failed(ArtifactDelivery artifact, Throwable cause, boolean hidden) {
        if (failure == null) {
            failure = new IncompleteBackupException(backup + " is incomplete: the delivery of " + artifact.name() + " failed",
                    cause);
            failureIsHidden = hidden;
            notifyAll();
        }
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
