/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import io.virtnbd.chain.ManifestEntry;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** How far one artifact has come. Its mutable part is guarded by the {@link DeliveryLog} that it belongs to. */
final class ArtifactDelivery {

    private final String name;
    private final ArtifactKind kind;
    private final String disk;
    private long bytes = -1;
    private byte[] sha256;
    private boolean inFlight;
    private volatile InflightMessage room;
    /** Causes by branch; null as long as none has failed. */
    private Map<Integer, Throwable> failedBranches;

    /** @param disk null where it belongs to no disk */
    ArtifactDelivery(String name, ArtifactKind kind, String disk) {
        this.name = name;
        this.kind = kind;
        this.disk = disk;
    }

    String name() {
        return name;
    }

    ArtifactKind kind() {
        return kind;
    }

    String disk() {
        return disk;
    }

    long bytes() {
        return bytes;
    }

    boolean isRead() {
        return bytes >= 0;
    }

    /** @param digest null where none is computed */
    void read(long length, byte[] digest) {
        bytes = length;
        sha256 = digest;
    }

    boolean isInFlight() {
        return inFlight;
    }

    void inFlight(boolean value) {
        inFlight = value;
    }

    /** What its message takes of what may be on its way. */
    void room(InflightMessage message) {
        room = message;
    }

    InflightMessage room() {
        return room;
    }

    void branchFailed(int branch, Throwable cause) {
        if (failedBranches == null) {
            failedBranches = new TreeMap<>();
        }
        failedBranches.putIfAbsent(branch, cause);
    }

    void branchRedelivered(int branch) {
        if (failedBranches != null) {
            failedBranches.remove(branch);
        }
    }

    /** Why a branch failed that was not redelivered since; null where none has. */
    Throwable branchFailure() {
        return failedBranches == null || failedBranches.isEmpty() ? null : failedBranches.values().iterator().next();
    }

    ManifestEntry entry() {
        return new ManifestEntry(name, bytes, sha256 == null ? null : HexFormat.of().formatHex(sha256), kind.label(), disk);
    }
}
