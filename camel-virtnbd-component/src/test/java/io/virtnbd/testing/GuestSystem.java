/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * A domain with a small Linux system in it, that has an ext4 on vda, writes to it and syncs it all the time, and has a guest
 * agent. Closing it removes all traces.
 */
public final class GuestSystem implements AutoCloseable {

    /** In the order in which they can be loaded. */
    private static final List<String> MODULES = List.of("virtio_ring", "virtio", "virtio_pci_legacy_dev",
            "virtio_pci_modern_dev", "virtio_pci", "virtio_blk", "virtio_console");
    private static final String CHANNEL = "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/>"
            + "</channel>";
    private static final long DISK_SIZE = 32 << 20;
    private static final int MEMORY = 256;
    private static final Duration DEADLINE = Duration.ofSeconds(90);
    private static final Pattern WRITTEN = Pattern.compile("^wrote (\\d+)\\s*$", Pattern.MULTILINE);

    private static final Pattern SUM = Pattern.compile("sum ([0-9a-f]{64}) +(\\S+)");

    private final TestDomain domain;
    /** What the guest has said. */
    private final Path console;
    /** Of the console. */
    private final Path socket;
    private SocketChannel keyboard;

    private GuestSystem(TestDomain domain, Path directory) {
        this.domain = domain;
        this.console = directory.resolve(domain.name() + ".console");
        this.socket = directory.resolve(domain.name() + ".socket");
    }

    /** Returns when it writes, and libvirt has found its agent. */
    public static GuestSystem boot(Path directory) throws IOException {
        TestDomain domain = new TestDomain(directory).bootable(MEMORY).qcow2(DISK_SIZE);
        format(domain, directory);
        return boot(domain, directory);
    }

    /**
     * The same from a disk that has the ext4 already.
     *
     * @param disk its XML, as vda
     */
    public static GuestSystem boot(Path directory, String disk) throws IOException {
        return boot(new TestDomain(directory).bootable(MEMORY).devices(disk), directory);
    }

    private static GuestSystem boot(TestDomain domain, Path directory) throws IOException {
        GuestKernel kernel = GuestKernel.find().orElseThrow();
        GuestSystem system = new GuestSystem(domain, directory);
        try {
            Path initramfs = directory.resolve(domain.name() + ".initramfs");
            writeInitramfs(kernel, initramfs);
            domain.os("<kernel>%s</kernel><initrd>%s</initrd>".formatted(kernel.image(), initramfs)
                    + "<cmdline>console=ttyS0 quiet panic=-1</cmdline>");
            domain.devices(("<serial type='unix'><source mode='bind' path='%s'/><log file='%s'/></serial>")
                    .formatted(system.socket, system.console) + CHANNEL);
            domain.define().start();
            system.awaitWrites();
            system.awaitAgent();
            return system;
        } catch (Throwable e) {
            domain.close();
            throw e;
        }
    }

    /** The system of a domain that was made of another one's, with its name wherever that had its own. Returns when it writes. */
    public static GuestSystem running(Path directory, String name) {
        GuestSystem system = new GuestSystem(new TestDomain(directory, name), directory);
        try {
            system.awaitWrites();
            return system;
        } catch (Throwable e) {
            system.close();
            throw e;
        }
    }

    private static void writeInitramfs(GuestKernel kernel, Path file) throws IOException {
        try (Initramfs initramfs = new Initramfs(file)) {
            for (String directory : List.of("dev", "proc", "sys", "run", "mnt")) {
                initramfs.directory(Path.of("/", directory));
            }
            initramfs.program(Path.of("/bin/busybox")).program(Path.of("/bin/qemu-ga"));
            StringBuilder load = new StringBuilder();
            for (String module : MODULES) {
                Path path = Path.of("/lib/modules", module + ".ko");
                initramfs.file(path, Files.readAllBytes(kernel.module(module)));
                load.append(path).append('\n');
            }
            initramfs.file(Path.of("/modules"), load.toString().getBytes(StandardCharsets.UTF_8));
            for (String script : List.of("init", "start-agent", "fsfreeze-hook")) {
                try (InputStream content = GuestSystem.class.getResourceAsStream("/guest/" + script)) {
                    initramfs.file(Path.of(script.equals("init") ? "/" : "/bin", script), content.readAllBytes());
                }
            }
        }
    }

    private static void format(TestDomain domain, Path directory) {
        String raw = directory.resolve(domain.name() + ".ext4").toString();
        Tool.run("mke2fs", "-q", "-F", "-t", "ext4", raw, DISK_SIZE / 1024 + "k");
        Tool.run("qemu-img", "convert", "-n", "-f", "raw", "-O", "qcow2", raw, domain.image("vda").toString());
    }

    public TestDomain domain() {
        return domain;
    }

    /** Returns when the system has written more than it has now: not before it is thawed. */
    public void awaitWrites() {
        long now = written();
        await("writes", () -> written() > now + 1);
    }

    /** Runs a command of the shell in the guest, and returns when it has ended. */
    public void shell(String command) {
        String end = "end-" + System.nanoTime();
        try {
            if (keyboard == null) {
                keyboard = connect();
            }
            ByteBuffer line = StandardCharsets.UTF_8.encode("{ " + command + "; }; echo " + end + "\n");
            while (line.hasRemaining()) {
                keyboard.write(line);
            }
            awaitLine(end, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One for all commands, which is read: QEMU can stop for ever to print where one is closed with something unread. */
    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        Thread reader = new Thread(() -> {
            ByteBuffer read = ByteBuffer.allocate(4096);
            try {
                int count;
                do {
                    count = channel.read(read.clear());
                } while (count >= 0);
            } catch (IOException e) {
                // closed
            }
        }, "console of " + domain.name());
        reader.setDaemon(true);
        reader.start();
        return channel;
    }

    /** SHA-256 of files of its file system, by their names. */
    public Map<String, String> checksums(String pattern) {
        shell("cd /mnt; sha256sum " + pattern + " | sed 's/^/sum /'");
        Map<String, String> sums = new TreeMap<>();
        console().lines().map(SUM::matcher).filter(Matcher::matches).forEach(sum -> sums.put(sum.group(2), sum.group(1)));
        return sums;
    }

    /** Returns when more lines of the console than before are that text. */
    public void awaitLine(String text, long before) {
        await("'" + text + "' on the console", () -> lines(text) > before);
    }

    /** How many lines of the console are that text. */
    public long lines(String text) {
        return console().lines().filter(text::equals).count();
    }

    /** Returns when libvirt has found the agent, and that answers. */
    public void awaitAgent() {
        await("agent", () -> domain.virsh("dumpxml").contains("state='connected'"));
        await("answer of the agent", () -> Virsh.tryRun("qemu-agent-command", domain.name(),
                "{\"execute\":\"guest-ping\"}").exitCode() == 0);
    }

    /** Ends the agent. */
    public void killAgent() {
        shell("killall -KILL qemu-ga");
        await("end of the agent", () -> domain.virsh("dumpxml").contains("state='disconnected'"));
    }

    /** Starts the agent that was killed. */
    public void startAgent() {
        shell("start-agent");
        awaitAgent();
    }

    /** Whether the agent says that it has frozen the file systems. */
    public boolean isFrozen() {
        return domain.virsh("qemu-agent-command", "{\"execute\":\"guest-fsfreeze-status\"}").contains("\"frozen\"");
    }

    private long written() {
        long last = 0;
        Matcher line = WRITTEN.matcher(console());
        while (line.find()) {
            last = Long.parseLong(line.group(1));
        }
        return last;
    }

    private String console() {
        try {
            return Files.exists(console) ? Files.readString(console) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what + " of " + domain.name()).atMost(DEADLINE).pollInterval(Duration.ofMillis(50))
                .until(condition);
    }

    @Override
    public void close() {
        domain.close();
        try {
            if (keyboard != null) {
                keyboard.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
