/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What virtnbdbackup says of the images of disks ({@code vda.virtnbdbackup.3.qcow.json}, and with the time in seconds for
 * differentials). It writes that when all streams of a backup are complete, for the disks that are in it, so that a stream of the
 * same backup was there. Chains can be folded, and differentials thrown away: only what is newer than all streams of a disk
 * tells of one that is lost.
 */
final class ImageInfos {

    private static final Pattern NAME = Pattern.compile("(?<disk>[^./]+)\\.(?<of>.+)\\.qcow\\.json");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,18}");

    private final Set<String> names;
    private final Collection<StreamFile> streams;

    private ImageInfos(Set<String> names, Collection<StreamFile> streams) {
        this.names = names;
        this.streams = streams;
    }

    /**
     * Those of which the stream is not there, and its name.
     *
     * @param names   of all files of a directory
     * @param streams those of them that are streams
     */
    static Map<String, String> withoutStreams(Set<String> names, Collection<StreamFile> streams) {
        ImageInfos infos = new ImageInfos(names, streams);
        Map<String, String> lost = new TreeMap<>();
        for (String name : names) {
            Matcher info = NAME.matcher(name);
            if (info.matches() && isBackup(info.group("of"))) {
                String stream = info.group("disk") + "." + rest(info.group("of")) + ".data";
                if (BackupFileNames.parse(stream).filter(infos::isLost).isPresent() && !names.contains(stream + ".partial")) {
                    lost.put(name, stream);
                }
            }
        }
        return lost;
    }

    private static boolean isBackup(String of) {
        return of.equals(Level.COPY.label()) || SECONDS.matcher(of).matches() || CheckpointNumber.of(of).isPresent();
    }

    private static String rest(String of) {
        return of.equals(Level.COPY.label()) ? of : (SECONDS.matcher(of).matches() ? "diff." : "inc.") + of;
    }

    private boolean isLost(StreamFileName stream) {
        return streams.stream().filter(file -> file.name().disk().equals(stream.disk())).allMatch(file -> isNewer(stream, file));
    }

    private boolean isNewer(StreamFileName lost, StreamFile file) {
        return switch (lost.level()) {
            case FULL, COPY -> !file.name().level().isBase();
            case INC -> CheckpointNumber.compare(lost.checkpoint().orElseThrow(), checkpoint(file)).orElse(0) > 0;
            case DIFF -> isNewerDifferential(lost, file);
        };
    }

    /**
     * One of the reference has the checkpoint of an increment that is still to be made, and what is said of its image has the time
     * in its name; one of ours has a checkpoint of its own.
     */
    private String checkpoint(StreamFile file) {
        StreamFileName name = file.name();
        if (name.checkpoint().isPresent()) {
            return name.checkpoint().get();
        }
        boolean borrowed = name.level() == Level.DIFF
                && names.contains(name.disk() + "." + name.epochSeconds().orElseThrow() + ".qcow.json");
        return !file.isReadable() ? "" : borrowed ? file.parent() : file.checkpoint();
    }

    private static boolean isNewerDifferential(StreamFileName lost, StreamFile file) {
        if (file.name().level() == Level.DIFF) {
            return lost.epochSeconds().orElseThrow() > file.name().epochSeconds().orElseThrow();
        }
        return file.isReadable()
                && BackupTimes.parse(file.metadata().date()).map(lost.localTime().orElseThrow()::isAfter).orElse(false);
    }
}
