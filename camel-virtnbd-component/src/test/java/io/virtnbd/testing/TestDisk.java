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
 * @param image  the file
 */
public record TestDisk(String target, String format, Path image) {

    static TestDisk create(String domain, int index, String format, long size, Path directory) {
        String target = "vd" + (char) ('a' + index);
        TestDisk disk = new TestDisk(target, format, directory.resolve(domain + "-" + target + "." + format));
        Tool.run("qemu-img", "create", "-q", "-f", format, disk.image.toString(), Long.toString(size));
        return disk;
    }

    /** The element of the domain's definition. */
    String xml() {
        return "<disk type='file' device='disk'><driver name='qemu' type='%s' discard='unmap'/><source file='%s'/>"
                .formatted(format, image) + "<target dev='%s' bus='virtio'/></disk>".formatted(target);
    }

    /** Where QEMU has the disk as the guest sees it, with what a backup job puts in front of the image. */
    String device() {
        return "/machine/peripheral/virtio-disk" + (target.charAt(2) - 'a') + "/virtio-backend";
    }
}
