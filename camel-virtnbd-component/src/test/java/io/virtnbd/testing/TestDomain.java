/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * A domain of the real libvirt daemon, without a guest system: its disks are written to through QEMU's monitor, which takes
 * the guest's way. Closing it removes all traces, whatever state it is in.
 */
public final class TestDomain implements AutoCloseable {

    private static final int SPARE_SLOTS = 6;

    private final Path directory;
    private final String name;
    private final List<TestDisk> disks = new ArrayList<>();
    private String os = "";
    private String devices = "";
    private int memory = 32;
    private boolean bootable;

    /**
     * Neither defined nor started yet.
     *
     * @param directory for its images
     */
    public TestDomain(Path directory) {
        this(directory, uniqueName());
    }

    /** The same, for a test that needs to know the name before. */
    public TestDomain(Path directory, String name) {
        this.directory = directory;
        this.name = name;
        LibvirtDaemons.ensureRunning();
    }

    /** A name that no domain has, or the first part of several. */
    public static String uniqueName() {
        return "virtnbd-" + Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 36);
    }

    /** Adds empty qcow2 images of those sizes in bytes as disks vda, vdb and so on. */
    public TestDomain qcow2(long... sizes) {
        for (long size : sizes) {
            addDisk("qcow2", size);
        }
        return this;
    }

    /** Adds raw images as the next disks. */
    public TestDomain raw(long... sizes) {
        for (long size : sizes) {
            addDisk("raw", size);
        }
        return this;
    }

    /** Adds the export without a name of an NBD server on the loopback interface as the next disk. */
    public TestDomain served(int port) {
        disks.add(TestDisk.served(name, disks.size(), port, directory));
        return this;
    }

    /** Adds elements to the {@code <os>} of the domain's definition, such as a kernel or firmware. */
    public TestDomain os(String xml) {
        os += xml;
        return this;
    }

    /** Adds elements to the {@code <devices>} of the domain's definition. */
    public TestDomain devices(String xml) {
        devices += xml;
        return this;
    }

    /**
     * Lets it boot a guest system. It does without KVM then: where this machine is itself virtual, to boot with it can take
     * minutes.
     *
     * @param mebibytes of memory
     */
    public TestDomain bootable(int mebibytes) {
        bootable = true;
        memory = mebibytes;
        return this;
    }

    /** Makes it persistent. */
    public TestDomain define() {
        Virsh.run("define", writeXml("domain.xml", xml()));
        return this;
    }

    /** Forgets the definition, with the checkpoints' metadata; the images stay, with their bitmaps. */
    public TestDomain undefine() {
        Virsh.run("undefine", name, "--checkpoints-metadata");
        return this;
    }

    /** Starts the domain, which must be defined. */
    public TestDomain start() {
        Virsh.run("start", name);
        return this;
    }

    /** Starts it without a definition that outlives it. */
    public TestDomain startTransient() {
        Virsh.run("create", writeXml("domain.xml", xml()));
        return this;
    }

    /** Pulls the guest's plug. The images' bitmaps are saved all the same: QEMU is told to end. */
    public TestDomain destroy() {
        Virsh.run("destroy", name);
        return this;
    }

    /** Kills QEMU, as if the host had lost its power: the images' bitmaps are not saved. */
    public TestDomain crash() {
        try {
            String pid = Files.readString(Path.of("/run/libvirt/qemu", name + ".pid")).strip();
            ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
            while (isRunning()) {
                Thread.onSpinWait();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    public String name() {
        return name;
    }

    public List<TestDisk> disks() {
        return List.copyOf(disks);
    }

    public TestDisk disk(String target) {
        return disks.stream().filter(disk -> disk.target().equals(target)).findFirst().orElseThrow();
    }

    /** Path of a disk's image. */
    public Path image(String target) {
        return disk(target).image();
    }

    /** Size of a disk in bytes, as the guest of the running domain sees it. */
    public long size(String target) {
        return Virsh.run("domblkinfo", name, target).lines().filter(line -> line.startsWith("Capacity:"))
                .mapToLong(line -> Long.parseLong(line.substring("Capacity:".length()).strip())).findFirst().orElseThrow();
    }

    /** Adds a disk to the running domain and its definition, and returns its target. */
    public String hotplug(String format, long size) {
        TestDisk disk = addDisk(format, size);
        Virsh.run("attach-device", name, writeXml("disk.xml", disk.xml()), "--persistent");
        return disk.target();
    }

    /** Resizes a disk of the running domain. */
    public void resize(String target, long size) {
        Virsh.run("blockresize", name, target, size + "B");
    }

    /** Runs a virsh command on the domain, whose name follows the command's, and returns what it printed. */
    public String virsh(String command, String... arguments) {
        List<String> whole = new ArrayList<>(List.of(command, name));
        whole.addAll(List.of(arguments));
        return Virsh.run(whole.toArray(String[]::new));
    }

    /** Runs requests of the guest, many together. */
    public void guest(Consumer<GuestIo> requests) {
        GuestIo io = new GuestIo(this);
        requests.accept(io);
        io.run();
    }

    public void guestWrite(String disk, int pattern, long offset, long length) {
        guest(io -> io.write(disk, pattern, offset, length));
    }

    public void guestZero(String disk, long offset, long length, boolean unmap) {
        guest(io -> io.zero(disk, offset, length, unmap));
    }

    public void guestDiscard(String disk, long offset, long length) {
        guest(io -> io.discard(disk, offset, length));
    }

    public void guestVerify(String disk, int pattern, long offset, long length) {
        guest(io -> io.verify(disk, pattern, offset, length));
    }

    /** Copies what the guest sees on a disk at this moment to a raw file; all requests before it are in it. */
    public Path snapshotContent(String target, Path file) {
        if (isRunning()) {
            guest(io -> io.flush(target));
        }
        TestDisk disk = disk(target);
        Tool.run("qemu-img", "convert", "-U", "-f", disk.format(), "-O", "raw", disk.image().toString(), file.toString());
        return file;
    }

    public boolean isRunning() {
        Tool.Result state = Virsh.tryRun("domstate", name);
        while (state.exitCode() != 0 && !state.output().contains("failed to get domain")) {
            LibvirtDaemons.ensureRunning(); // another test restarts it
            state = Virsh.tryRun("domstate", name);
        }
        return state.output().strip().equals("running");
    }

    @Override
    public void close() {
        Virsh.tryRun("destroy", name);
        Virsh.tryRun("undefine", name, "--checkpoints-metadata", "--snapshots-metadata", "--managed-save", "--nvram");
        try {
            for (TestDisk disk : disks) {
                Files.deleteIfExists(disk.image());
            }
            Files.deleteIfExists(log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What QEMU prints. */
    Path log() {
        return Path.of("/var/log/libvirt/qemu", name + ".log");
    }

    private TestDisk addDisk(String format, long size) {
        TestDisk disk = TestDisk.create(name, disks.size(), format, size, directory);
        disks.add(disk);
        return disk;
    }

    private String xml() {
        StringBuilder xml = new StringBuilder();
        xml.append("<domain type='").append(!bootable && Kvm.USABLE ? "kvm" : "qemu")
                .append("' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>").append(name).append("</name>")
                .append("<memory unit='MiB'>").append(memory).append("</memory>")
                .append("<os><type arch='x86_64' machine='q35'>hvm</type>").append(os).append("</os>")
                .append("<features><acpi/></features><devices><controller type='pci' index='0' model='pcie-root'/>");
        xml.append("<controller type='pci' model='pcie-root-port'/>".repeat(disks.size() + SPARE_SLOTS));
        disks.forEach(disk -> xml.append(disk.xml()));
        xml.append("<memballoon model='none'/>").append(devices).append("</devices>");
        if (!bootable) {
            xml.append("<qemu:commandline><qemu:arg value='-bios'/><qemu:arg value='").append(haltingBios())
                    .append("'/></qemu:commandline>");
        }
        return xml.append("</domain>").toString();
    }

    /** Without it, the firmware would look for something to boot for some seconds, at full speed. */
    private Path haltingBios() {
        byte[] rom = new byte[64 << 10];
        // at the reset vector: hlt, and again
        byte[] code = {(byte) 0xf4, (byte) 0xeb, (byte) 0xfd};
        System.arraycopy(code, 0, rom, rom.length - 16, code.length);
        try {
            return Files.write(directory.resolve(name + "-bios"), rom);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String writeXml(String suffix, String xml) {
        try {
            return Files.writeString(directory.resolve(name + "-" + suffix), xml).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Looked for once. */
    private static final class Kvm {
        static final boolean USABLE = Virsh.tryRun("domcapabilities", "--virttype", "kvm").exitCode() == 0;
    }
}
