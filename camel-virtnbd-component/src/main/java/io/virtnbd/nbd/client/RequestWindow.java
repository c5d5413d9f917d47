/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.NbdException;
import io.virtnbd.nbd.protocol.NbdProtocolException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The requests of one connection: those in flight, at most as many as the pipeline is deep, and behind them, in order, those
 * that wait. Safe for use by several threads.
 */
final class RequestWindow {

    private static final int SLOT_BITS = 8;

    private final PendingRequest<?>[] slots;
    private final int[] freeSlots;
    private final ArrayDeque<PendingRequest<?>> waiting = new ArrayDeque<>();
    private int inFlight;
    private long payloadInFlight;
    private long sequence;
    private NbdException death;

    RequestWindow(int depth) {
        slots = new PendingRequest<?>[depth];
        freeSlots = new int[depth];
        Arrays.setAll(freeSlots, slot -> slot);
    }

    /** Lets a request wait for its turn; returns the cause if the connection is dead. */
    synchronized NbdException enqueue(PendingRequest<?> request) {
        if (death == null) {
            waiting.add(request);
        }
        return death;
    }

    /**
     * Moves the first waiting request among those in flight, to be sent now.
     *
     * @param own       the request with a payload whose sender asks; others of that kind are left to their own senders
     * @param neverWait the sender must not be blocked by the socket, so nothing may be sent while payloads fill its buffer
     * @return null if there is none, or it is not the sender's turn
     */
    synchronized PendingRequest<?> admit(PendingRequest<?> own, boolean neverWait) {
        if (!canAdmit(own, neverWait)) {
            return null;
        }
        PendingRequest<?> request = waiting.poll();
        int slot = freeSlots[slots.length - ++inFlight];
        slots[slot] = request;
        payloadInFlight += request.payloadLength();
        request.admit(++sequence << SLOT_BITS | slot, System.nanoTime());
        if (!waiting.isEmpty() && waiting.peek().payload() != null) {
            notifyAll();
        }
        return request;
    }

    synchronized boolean canAdmit(PendingRequest<?> own, boolean neverWait) {
        PendingRequest<?> first = waiting.peek();
        return first != null && death == null && inFlight < slots.length && (first.payload() == null || first == own)
                && !(neverWait && payloadInFlight > 0);
    }

    /** Blocks until {@link #admit} has something for this sender or the connection is dead. */
    synchronized void awaitTurn(PendingRequest<?> own) throws InterruptedException, NbdException {
        while (death == null && !canAdmit(own, false)) {
            wait();
        }
        if (death != null) {
            throw death;
        }
    }

    /** Gives up a request that waits; false if it is not waiting any more. */
    synchronized boolean withdraw(PendingRequest<?> request) {
        boolean removed = waiting.remove(request);
        notifyAll();
        return removed;
    }

    synchronized PendingRequest<?> find(long cookie) throws NbdProtocolException {
        int slot = (int) cookie & (1 << SLOT_BITS) - 1;
        PendingRequest<?> request = slot < slots.length ? slots[slot] : null;
        if (request == null || request.cookie() != cookie) {
            throw new NbdProtocolException("a reply has cookie 0x" + Long.toHexString(cookie)
                    + ", which belongs to no request in flight");
        }
        return request;
    }

    /** Ends a request's time in flight. */
    synchronized void release(PendingRequest<?> request) {
        int slot = (int) request.cookie() & (1 << SLOT_BITS) - 1;
        slots[slot] = null;
        freeSlots[slots.length - inFlight--] = slot;
        payloadInFlight -= request.payloadLength();
        notifyAll();
    }

    /** Refuses all requests from now on. Only the first cause counts; it is returned. */
    synchronized NbdException kill(NbdException cause) {
        if (death == null) {
            death = cause;
            notifyAll();
        }
        return death;
    }

    /** Why the connection is dead, or null. */
    synchronized NbdException death() {
        return death;
    }

    /** Takes out all requests, in flight and waiting. */
    synchronized List<PendingRequest<?>> removeAll() {
        List<PendingRequest<?>> removed = new ArrayList<>();
        for (PendingRequest<?> request : slots) {
            if (request != null) {
                removed.add(request);
                release(request);
            }
        }
        removed.addAll(waiting);
        waiting.clear();
        return removed;
    }

    /** Requests in flight and waiting. */
    synchronized int load() {
        return inFlight + waiting.size();
    }

    /** The request that has been in flight longest, or null. */
    synchronized PendingRequest<?> oldest() {
        PendingRequest<?> oldest = null;
        for (PendingRequest<?> request : slots) {
            if (request != null && (oldest == null || request.sentNanos() - oldest.sentNanos() < 0)) {
                oldest = request;
            }
        }
        return oldest;
    }

    /** Whether the server has a FLUSH to answer, before which it may have nothing to say for long. */
    synchronized boolean isFlushing() {
        for (PendingRequest<?> request : slots) {
            if (request != null && request.type() == CommandType.FLUSH) {
                return true;
            }
        }
        return false;
    }
}
