/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.util.Optional;

/**
 * What must hold of the data and zero frames of one stream together: ascending, without overlap, within the disk, with as many
 * bytes of data as the metadata say; and of a whole full backup, that they leave out no byte of the disk.
 */
final class FrameSequence {

    private final StreamMetadata metadata;
    private final boolean covering;
    private long end;
    private long dataSize;

    FrameSequence(StreamMetadata metadata) {
        this.metadata = metadata;
        covering = metadata.streamVersion() >= 2 && !metadata.incremental() && !metadata.isSegment();
    }

    /** Takes the next frame, or says what is wrong with it. */
    Optional<String> add(Frame frame) {
        if (frame instanceof StopFrame) {
            return stop();
        }
        if (frame.start() < end) {
            return Optional.of("expected a start of " + end + " or more, behind the frames before, found " + describe(frame));
        }
        if (frame.end() > metadata.virtualSize()) {
            return Optional.of("expected an end within the virtualSize of " + metadata.virtualSize() + ", found "
                    + describe(frame));
        }
        if (covering && frame.start() != end) {
            return Optional.of("expected a start of " + end + ", as a full backup leaves nothing out, found "
                    + describe(frame));
        }
        if (frame instanceof DataFrame) {
            if (frame.length() > metadata.dataSize() - dataSize) {
                return Optional.of("expected a dataSize of " + metadata.dataSize() + ", found at least "
                        + (dataSize + frame.length()) + " with " + describe(frame));
            }
            dataSize += frame.length();
        }
        end = frame.end();
        return Optional.empty();
    }

    private Optional<String> stop() {
        if (dataSize != metadata.dataSize()) {
            return Optional.of("expected a dataSize of " + metadata.dataSize() + ", found " + dataSize
                    + " before the stop frame");
        }
        if (covering && end != metadata.virtualSize()) {
            return Optional.of("expected frames up to the virtualSize of " + metadata.virtualSize()
                    + ", as a full backup leaves nothing out, found the stop frame behind " + end);
        }
        return Optional.empty();
    }

    private static String describe(Frame frame) {
        return "a " + frame.kind().tag() + " frame of start " + frame.start() + ", length " + frame.length();
    }
}
