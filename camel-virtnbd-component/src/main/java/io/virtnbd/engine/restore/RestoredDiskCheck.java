/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.MalformedStreamException;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StopFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Compares a restored disk with its streams, which are read once more for that, from the last to the first: what a stream has
 * counts where no later one has anything. So each byte of the disk is compared once, and the streams are applied in another way
 * than when the disk was written. Where the target is known to have zeroes it is not read.
 */
final class RestoredDiskCheck {

    private static final int PIECE = 1 << 20;

    private final String disk;
    private final RestoreTarget target;
    private final CoveredRanges covered = new CoveredRanges();
    private final ByteBuffer expected = ByteBuffer.allocateDirect(PIECE);
    private final ByteBuffer found = ByteBuffer.allocateDirect(PIECE);
    private final ByteBuffer zeroes = ByteBuffer.allocateDirect(PIECE).asReadOnlyBuffer();

    private RestoredDiskCheck(String disk, RestoreTarget target) {
        this.disk = disk;
        this.target = target;
    }

    /**
     * Compares.
     *
     * @param target is not written while this runs
     * @throws RestoreException if a byte differs: says where, and which stream has it
     */
    static void check(RestorePlan plan, RestoreTarget target) throws IOException {
        RestoredDiskCheck check = new RestoredDiskCheck(plan.finalMetadata().diskName(), target);
        List<RestoreStep> steps = plan.steps();
        for (int i = steps.size() - 1; i >= 0; i--) {
            check.compare(steps.get(i));
        }
        if (!steps.get(0).isAlone()) {
            check.covered.gaps(0, plan.finalMetadata().virtualSize(),
                    (start, end) -> check.compareZeroes("no stream", start, end));
        }
    }

    private void compare(RestoreStep step) throws IOException {
        try (OpenStream stream = step.open()) {
            SparseStreamReader reader = stream.reader();
            for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
                if (frame instanceof DataFrame) {
                    compareData(step, reader, frame);
                } else {
                    covered.gaps(frame.start(), frame.end(), (start, end) -> compareZeroes(step.name(), start, end));
                }
                covered.add(frame.start(), frame.end());
            }
        } catch (MalformedStreamException e) {
            throw OpenStream.named(step.input(), e);
        }
    }

    private void compareData(RestoreStep step, SparseStreamReader reader, Frame frame) throws IOException {
        boolean[] wanted = new boolean[1];
        covered.gaps(frame.start(), frame.end(), (start, end) -> wanted[0] = true);
        for (long at = frame.start(); at < frame.end() && wanted[0]; at += expected.limit()) {
            expected.clear().limit((int) Math.min(PIECE, frame.end() - at));
            while (expected.hasRemaining()) {
                reader.readPayload(expected);
            }
            expected.flip();
            long piece = at;
            covered.gaps(at, at + expected.limit(), (start, end) ->
                    compare(step.name(), start, expected.slice((int) (start - piece), (int) (end - start))));
        }
    }

    private void compareZeroes(String stream, long from, long to) throws IOException {
        for (long at = from; at < to;) {
            long known = target.zeroes(at, to - at);
            if (known > 0) {
                at += known;
            } else {
                int length = (int) Math.min(PIECE, to - at);
                compare(stream, at, zeroes.slice(0, length));
                at += length;
            }
        }
    }

    private void compare(String stream, long offset, ByteBuffer bytes) throws IOException {
        found.clear().limit(bytes.remaining());
        target.read(offset, found);
        int difference = bytes.mismatch(found.flip());
        if (difference >= 0) {
            throw new RestoreException("the restored disk " + disk + " differs from what was backed up: expected at byte "
                    + (offset + difference) + " " + hex(bytes, difference) + " as " + stream + " has it, found "
                    + hex(found, difference));
        }
    }

    private static String hex(ByteBuffer bytes, int index) {
        return String.format("0x%02x", bytes.get(index));
    }
}
