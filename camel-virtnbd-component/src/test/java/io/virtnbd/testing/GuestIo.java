/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Requests that reach a running domain's disks as the guest's would. They are collected and run together, in order: a process
 * for each would cost more than the request.
 *
 * <p>QEMU prints what becomes of a request to its own log, so the log is where failures are looked for.
 */
public final class GuestIo {

    private static final int COMMANDS_AT_ONCE = 300;
    private static final long DEADLINE_NANOS = 30_000_000_000L;
    private static final AtomicLong MARKERS = new AtomicLong();

    private final TestDomain domain;
    private final List<String> commands = new ArrayList<>();
    private String lastDevice;

    GuestIo(TestDomain domain) {
        this.domain = domain;
    }

    /**
     * Writes a byte over and over.
     *
     * @param offset in bytes, a multiple of 512
     * @param length in bytes, a multiple of 512, below 2 GiB
     */
    public GuestIo write(String disk, int pattern, long offset, long length) {
        return add(disk, "write -q -P 0x%x %d %d".formatted(pattern, offset, length));
    }

    /** Writes zeroes by a request that carries no data, and perhaps may deallocate. */
    public GuestIo zero(String disk, long offset, long length, boolean unmap) {
        return add(disk, "write -q -z %s %d %d".formatted(unmap ? "-u" : "", offset, length));
    }

    public GuestIo discard(String disk, long offset, long length) {
        return add(disk, "discard -q %d %d".formatted(offset, length));
    }

    /** Reads, and fails unless there is only that byte. */
    public GuestIo verify(String disk, int pattern, long offset, long length) {
        return add(disk, "read -q -P 0x%x %d %d".formatted(pattern, offset, length));
    }

    /** Makes the image's file have all that was written. */
    public GuestIo flush(String disk) {
        return add(disk, "flush");
    }

    void run() {
        if (commands.isEmpty()) {
            return;
        }
        // an unknown command is answered in the log, after the answers to all before it
        String marker = "end-" + ProcessHandle.current().pid() + "-" + MARKERS.incrementAndGet();
        commands.add(command(lastDevice, marker));
        long start = logSize();
        for (int i = 0; i < commands.size(); i += COMMANDS_AT_ONCE) {
            List<String> some = commands.subList(i, Math.min(i + COMMANDS_AT_ONCE, commands.size()));
            String answer = Virsh.run(String.join(" ; ", some));
            if (!answer.isBlank()) {
                throw new AssertionError(domain.name() + ": " + answer);
            }
        }
        String answers = awaitInLog("command \"" + marker + "\" not found", start);
        if (!answers.isBlank()) {
            throw new AssertionError(domain.name() + ": " + answers);
        }
    }

    private GuestIo add(String disk, String request) {
        lastDevice = domain.disk(disk).device();
        commands.add(command(lastDevice, request));
        return this;
    }

    private String command(String device, String request) {
        return "qemu-monitor-command %s --hmp 'qemu-io -d %s \"%s\"'".formatted(domain.name(), device, request);
    }

    /** What is in the log between a position and the end marker, as far as it is about requests. */
    private String awaitInLog(String end, long start) {
        long began = System.nanoTime();
        while (true) {
            String text = readLog(start);
            int at = text.indexOf(end);
            if (at >= 0) {
                return String.join("\n", text.substring(0, at).lines().filter(GuestIo::isAnswer).toList());
            }
            if (System.nanoTime() - began > DEADLINE_NANOS) {
                throw new AssertionError(domain.name() + ": no answer in " + domain.log() + ": " + text);
            }
            Thread.onSpinWait();
        }
    }

    /** Lines that begin with a time are of QEMU or libvirt. */
    private static boolean isAnswer(String line) {
        return !line.matches("\\d{4}-\\d\\d-\\d\\d.*");
    }

    private long logSize() {
        try {
            return Files.size(domain.log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String readLog(long start) {
        Path log = domain.log();
        try {
            byte[] whole = Files.readAllBytes(log);
            // a log that is full was put aside for a new one
            int from = whole.length < start ? 0 : (int) start;
            return new String(whole, from, whole.length - from, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
