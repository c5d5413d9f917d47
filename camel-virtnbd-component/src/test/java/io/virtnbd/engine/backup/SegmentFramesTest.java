/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.extent.ExtentMap;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.sparsestream.ZeroFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentFramesTest {

    private static final int REQUEST = 64 << 10;
    private static final int ALIGNMENT = 4096;

    @Test
    void cutsDataWhereTheSegmentIsFull() {
        ExtentMap extents = ExtentMap.of(3 * REQUEST, ExtentType.DATA);

        assertThat(segments(extents, REQUEST + REQUEST / 2)).containsExactly(
                List.of(new DataFrame(0, REQUEST), new DataFrame(REQUEST, REQUEST / 2)),
                List.of(new DataFrame(REQUEST * 3 / 2, REQUEST), new DataFrame(REQUEST * 5 / 2, REQUEST / 2)));
    }

    @Test
    void givesADiskWithoutFramesOneEmptySegment() {
        assertThat(segments(ExtentMap.of(REQUEST, ExtentType.UNCHANGED), REQUEST)).containsExactly(List.of());
    }

    @Test
    void leavesOutWhatDidNotChange() {
        ExtentMap extents = ExtentMap.builder().append(ALIGNMENT, ExtentType.UNCHANGED).append(ALIGNMENT, ExtentType.DATA)
                .append(ALIGNMENT, ExtentType.UNCHANGED).append(ALIGNMENT, ExtentType.ZERO).build();

        assertThat(segments(extents, REQUEST)).containsExactly(
                List.of(new DataFrame(ALIGNMENT, ALIGNMENT), new ZeroFrame(3 * ALIGNMENT, ALIGNMENT)));
    }

    @Test
    void boundsASegmentOfZeroFramesAlone() {
        ExtentMap.Builder extents = ExtentMap.builder();
        for (int i = 0; i < 10_000; i++) {
            extents.append(ALIGNMENT, ExtentType.ZERO).append(ALIGNMENT, ExtentType.UNCHANGED);
        }

        assertThat(segments(extents.build(), REQUEST)).hasSize(10_000 / (REQUEST / 40) + 1)
                .allSatisfy(segment -> assertThat(segment).hasSizeLessThanOrEqualTo(REQUEST / 40));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void coversWhatTheExtentsSay(long seed) {
        Random random = new Random(seed);
        ExtentMap.Builder builder = ExtentMap.builder();
        for (int i = 0; i < 500; i++) {
            builder.append((1 + random.nextInt(100)) * 512L, ExtentType.values()[random.nextInt(3)]);
        }
        ExtentMap extents = builder.build();
        long segmentSize = REQUEST + random.nextInt(1 << 20);

        ExtentMap.Builder found = ExtentMap.builder();
        for (List<Frame> segment : segments(extents, segmentSize)) {
            long data = segment.stream().filter(DataFrame.class::isInstance).mapToLong(Frame::length).sum();
            assertThat(data).isLessThanOrEqualTo(segmentSize);
            for (Frame frame : segment) {
                if (frame.start() > found.end()) {
                    found.append(frame.start() - found.end(), ExtentType.UNCHANGED);
                }
                found.append(frame.length(), frame instanceof DataFrame ? ExtentType.DATA : ExtentType.ZERO);
            }
        }
        if (found.end() < extents.size()) {
            found.append(extents.size() - found.end(), ExtentType.UNCHANGED);
        }

        assertThat(found.build()).containsExactlyElementsOf(extents);
    }

    private static List<List<Frame>> segments(ExtentMap extents, long segmentSize) {
        DiskPlan plan = new DiskPlan(StreamMetadata.builder().build(), extents,
                StreamSize.of(new FrameCursor(extents, REQUEST)), REQUEST, segmentSize, ALIGNMENT);
        List<List<Frame>> segments = new ArrayList<>();
        plan.forEachSegment(start -> {
            List<Frame> frames = new ArrayList<>();
            SegmentFrames source = plan.segment(start);
            for (Frame frame = source.next(); frame != null; frame = source.next()) {
                frames.add(frame);
            }
            segments.add(frames);
        });
        return segments;
    }
}
