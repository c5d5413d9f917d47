/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import io.virtnbd.examples.support.DemoDisk;
import io.virtnbd.examples.support.ExampleException;
import io.virtnbd.examples.support.Failures;
import io.virtnbd.examples.support.OutputDirectory;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Backs up a disk through a route, restores it through another, and compares the two. */
public final class QuickStart {

    /** Set by the script, which knows better than Java whether the output is a terminal. */
    private static final String TERMINAL_PROPERTY = "example.terminal";
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    private final Arguments arguments;
    private final PrintStream out;
    private final ProgressBar progress;
    private final Summary summary = new Summary();
    private String current = "";

    private QuickStart(Arguments arguments, PrintStream out) {
        this.arguments = arguments;
        this.out = out;
        this.progress = new ProgressBar(out, Boolean.getBoolean(TERMINAL_PROPERTY));
    }

    /** Exits with 0 when all was identical, with 1 after a failure, with 2 when the arguments make no sense. */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    private static int run(String[] args, PrintStream out, PrintStream err) {
        Arguments arguments;
        try {
            arguments = Arguments.parse(args);
        } catch (ExampleException e) {
            err.println("quick start: " + e.getMessage() + "; --help explains the arguments");
            return WRONG_USAGE;
        }
        if (arguments.help()) {
            out.print(Arguments.HELP);
            return 0;
        }
        QuickStart quickStart = new QuickStart(arguments, out);
        try {
            quickStart.run();
            return 0;
        } catch (Exception e) {
            quickStart.progress.abandon();
            err.println("quick start failed" + quickStart.where() + ": " + Failures.describe(e));
            return FAILED;
        }
    }

    private void run() throws Exception {
        OutputDirectory output = OutputDirectory.open(arguments.output(), "quickstart");
        if (arguments.nbdUri().isEmpty() && arguments.image().isEmpty()) {
            step("make disk", () -> {
                DemoDisk.create(output.demoDisk(), progress);
                return DemoDisk.DATA;
            });
        }
        try (SourceDisk source = ClosedAtExit.of(open(output))) {
            try (BackupRoutes routes = new BackupRoutes(source, output, arguments.compression(), progress)) {
                step("back up", routes::backup);
                step("restore", routes::restore);
            }
            long compared = step("compare", () -> ImageComparison.compare(source.uri(), output.restoredImage(), progress));
            report(output, compared);
        }
    }

    private SourceDisk open(OutputDirectory output) throws IOException, ExampleException {
        return arguments.nbdUri().isPresent()
                ? SourceDisk.at(arguments.nbdUri().get())
                : SourceDisk.serve(arguments.image().orElse(output.demoDisk()));
    }

    private long step(String name, Step step) throws Exception {
        current = name;
        progress.begin(name);
        long begin = System.nanoTime();
        long bytes = step.run();
        long nanos = System.nanoTime() - begin;
        progress.end();
        current = "";
        summary.add(name, bytes, nanos);
        return bytes;
    }

    private String where() {
        return current.isEmpty() ? "" : " to " + current;
    }

    private void report(OutputDirectory output, long compared) throws IOException {
        List<Path> files = new ArrayList<>();
        if (arguments.nbdUri().isEmpty() && arguments.image().isEmpty()) {
            files.add(output.demoDisk());
        }
        files.addAll(OutputDirectory.filesBelow(output.backups()));
        files.add(output.restoredImage());
        out.println();
        summary.printSteps(out);
        out.println();
        output.print(out, files);
        out.println();
        out.println("The restored disk is identical to the source: all " + compared + " bytes were compared.");
    }

    /** Something that takes time, and the bytes that it processed. */
    private interface Step {

        long run() throws Exception;
    }
}
