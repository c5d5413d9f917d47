/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import java.nio.file.Path;

/**
 * A disk of a {@link TestDomain}.
 *
 * @param target for example {@code vda}
 * @param format {@code qcow2} or {@code raw}
 * @param image  the file; there is none at that path where the disk is served by somebody else
 * @param type   of its source
 * @param source the element of the domain's definition
 */
public record TestDisk(String target, String format, Path image, String type, String source) {

    static TestDisk create(String domain, int index, String format, long size, Path directory) {
        String target = target(index);
        Path image = directory.resolve(domain + "-" + target + "." + format);
        Tool.run("qemu-img", "create", "-q", "-f", format, image.toString(), Long.toString(size));
        return new TestDisk(target, format, image, "file", "<source file='" + image + "'/>");
    }

    /** An export without a name on the loopback interface. */
    static TestDisk served(String domain, int index, int port, Path directory) {
        return new TestDisk(target(index), "raw", directory.resolve(domain + "-" + target(index) + ".nbd"), "network",
                "<source protocol='nbd'><host name='127.0.0.1' port='" + port + "'/></source>");
    }

    private static String target(int index) {
        return "vd" + (char) ('a' + index);
    }

    /** The element of the domain's definition. */
    String xml() {
        return "<disk type='%s' device='disk'><driver name='qemu' type='%s' discard='unmap'/>%s".formatted(type, format, source)
                + "<target dev='%s' bus='virtio'/></disk>".formatted(target);
    }

    /** Where QEMU has the disk as the guest sees it, with what a backup job puts in front of the image. */
    String device() {
        return "/machine/peripheral/virtio-disk" + (target.charAt(2) - 'a') + "/virtio-backend";
    }
}
