/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is recorded with a domain of its backups under one prefix. It is what makes a backup count: one whose checkpoint is in
 * here was committed, any other was not.
 *
 * @param prefix       first part of the names of the checkpoints
 * @param first        number from which on checkpoints are ours; those with lower numbers were there before
 * @param highest      number that was last given to a backup, whatever became of it; numbers are never used again
 * @param pending      whether the backup with the highest number has begun and was neither committed nor rolled back yet
 * @param frozen       whether that backup may have left the guest frozen: it had it frozen, and has not said that it is thawed
 * @param chain        what was committed; empty where no chain has begun
 * @param differential time that the streams of the last differential have in their names, whatever became of it, in seconds
 *                     since 1970 UTC; never used again; 0 where there was none
 * @param requests     that were carried out last, at most {@link #MAX_REQUESTS} after one was added; the newest is the last
 */
record BackupRecord(String prefix, long first, long highest, boolean pending, boolean frozen,
                    Optional<CommittedChain> chain, long differential, List<CommittedRequest> requests) {

    /** Most requests that are remembered. */
    static final int MAX_REQUESTS = 64;

    private static final Pattern NUMBERED = Pattern.compile("(?<prefix>.+)\\.(?<number>0|[1-9][0-9]{0,17})");

    /** @throws IllegalArgumentException if it contradicts itself: what is recorded decides which checkpoints are deleted */
    BackupRecord {
        requests = List.copyOf(requests);
        if (prefix.isEmpty() || first < 0 || differential < 0 || highest < first - 1 || pending && highest < first) {
            throw new IllegalArgumentException("the record of '" + prefix + "' has the numbers " + first + " to " + highest
                    + ", and a differential of second " + differential);
        }
        for (String checkpoint : chain.map(CommittedChain::checkpoints).orElse(Set.of())) {
            if (!owns(prefix, first, highest, checkpoint)) {
                throw new IllegalArgumentException("the record of " + prefix + "." + first + " to " + prefix + "." + highest
                        + " has a backup " + checkpoint);
            }
        }
        Set<String> ids = new HashSet<>();
        for (CommittedRequest request : requests) {
            // from number 0: what was made before the numbers began anew stays made
            if (!owns(prefix, 0, highest, request.checkpoint())) {
                throw new IllegalArgumentException("the record of " + prefix + ".0 to " + prefix + "." + highest + " has a "
                        + request);
            }
            if (!ids.add(request.id())) {
                throw new IllegalArgumentException("the record of " + prefix + " has the request " + request.id() + " twice");
            }
        }
    }

    /** Of a guest that is not frozen, without differentials and requests. */
    BackupRecord(String prefix, long first, long highest, boolean pending, Optional<CommittedChain> chain) {
        this(prefix, first, highest, pending, false, chain, 0, List.of());
    }

    /** Of a domain that has none: the next number is {@code first}. */
    static BackupRecord initial(String prefix, long first) {
        return new BackupRecord(prefix, first, first - 1, false, Optional.empty());
    }

    /** The name of the checkpoint with the highest number. */
    String current() {
        return prefix + "." + highest;
    }

    /** With the next number given away, to a backup that begins and leaves the guest alone. */
    BackupRecord reserved() {
        return reserved(false);
    }

    /**
     * With the next number given away, to a backup that begins.
     *
     * @param freezes whether it freezes the guest
     */
    BackupRecord reserved(boolean freezes) {
        return new BackupRecord(prefix, first, highest + 1, true, freezes, chain, differential, requests);
    }

    /** With that time given to a differential or, where it is not later than that of the last one, the next that is. */
    BackupRecord differentialAt(long epochSeconds) {
        return new BackupRecord(prefix, first, highest, pending, frozen, chain, Math.max(epochSeconds, differential + 1),
                requests);
    }

    /** With what the backup that has the highest number leaves for others to build on. */
    BackupRecord committed(CommittedChain committed) {
        return new BackupRecord(prefix, first, highest, false, false, Optional.of(committed), differential, requests);
    }

    /** With the backup that has the highest number ended, and nothing of it to build on. */
    BackupRecord settled() {
        return new BackupRecord(prefix, first, highest, false, false, chain, differential, requests);
    }

    /** The same, with the guest left to be thawed. */
    BackupRecord leftFrozen() {
        return new BackupRecord(prefix, first, highest, pending, true, chain, differential, requests);
    }

    /** The same after that request was carried out; the oldest is forgotten where there are too many. */
    BackupRecord carriedOut(CommittedRequest request) {
        List<CommittedRequest> all = new ArrayList<>(requests);
        all.removeIf(known -> known.id().equals(request.id()));
        all.add(request);
        return new BackupRecord(prefix, first, highest, pending, frozen, chain, differential,
                all.subList(Math.max(0, all.size() - MAX_REQUESTS), all.size()));
    }

    /** With the numbers beginning anew behind one that somebody else has used, and no chain. */
    BackupRecord begunAnew(long number) {
        return new BackupRecord(prefix, number, number - 1, false, false, Optional.empty(), differential, requests);
    }

    /** The request with that id, if it was carried out and is still remembered. */
    Optional<CommittedRequest> request(String id) {
        return requests.stream().filter(request -> request.id().equals(id)).findFirst();
    }

    /** For errors, which are to be read: of the requests the newest alone. */
    @Override
    public String toString() {
        String newest = requests.isEmpty() ? "" : ", the newest " + requests.get(requests.size() - 1);
        return "BackupRecord[prefix=" + prefix + ", first=" + first + ", highest=" + highest + ", pending=" + pending
                + ", frozen=" + frozen + ", chain=" + chain + ", differential=" + differential
                + ", " + requests.size() + " requests" + newest + "]";
    }

    /** Whether that checkpoint was made by a backup of this record. */
    boolean owns(String checkpoint) {
        return owns(prefix, first, highest, checkpoint);
    }

    private static boolean owns(String prefix, long first, long highest, String checkpoint) {
        OptionalLong number = number(prefix, checkpoint);
        return number.isPresent() && number.getAsLong() >= first && number.getAsLong() <= highest;
    }

    /** Whether that checkpoint was made by a backup of this record that was not committed. */
    boolean isOrphan(String checkpoint) {
        long committed = chain.map(made -> number(prefix, made.last()).orElse(first - 1)).orElse(first - 1);
        return owns(checkpoint) && number(prefix, checkpoint).getAsLong() > committed;
    }

    /** The number in a checkpoint's name; empty where it has another prefix or none. */
    static OptionalLong number(String prefix, String checkpoint) {
        Matcher name = NUMBERED.matcher(checkpoint);
        return name.matches() && name.group("prefix").equals(prefix) ? OptionalLong.of(Long.parseLong(name.group("number")))
                : OptionalLong.empty();
    }
}
