/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** A guest that writes, rewrites, zeroes and discards at random. Prints its seed. */
public final class RandomGuest {

    private static final int SECTOR = 512;
    private static final int MOST_SECTORS = 2048;

    private final TestDomain domain;
    private final SplittableRandom random;
    private final boolean zeroes;

    /** @param zeroes whether it zeroes and discards, and not only writes */
    public RandomGuest(TestDomain domain, boolean zeroes) {
        this(domain, zeroes, new SplittableRandom().nextLong());
    }

    public RandomGuest(TestDomain domain, boolean zeroes, long seed) {
        System.out.println("random guest of " + domain.name() + ": seed " + seed);
        this.domain = domain;
        this.zeroes = zeroes;
        this.random = new SplittableRandom(seed);
    }

    /** Works on all disks. */
    public void work(int requests) {
        Map<String, Long> sizes = new HashMap<>(); // to ask for one takes a process
        domain.guest(guest -> {
            for (int i = 0; i < requests; i++) {
                String disk = domain.disks().get(random.nextInt(domain.disks().size())).target();
                request(guest, disk, sizes.computeIfAbsent(disk, domain::size));
            }
        });
    }

    private void request(GuestIo guest, String disk, long size) {
        long length = (long) random.nextInt(1, MOST_SECTORS) * SECTOR;
        long offset = random.nextLong((size - length) / SECTOR) * SECTOR;
        switch (zeroes ? random.nextInt(6) : 0) {
            case 4 -> guest.zero(disk, offset, length, random.nextBoolean());
            case 5 -> guest.discard(disk, offset, length);
            default -> guest.write(disk, random.nextInt(1, 256), offset, length);
        }
    }
}
