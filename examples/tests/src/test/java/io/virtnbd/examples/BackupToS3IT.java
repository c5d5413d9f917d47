/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupToS3IT {

    @TempDir
    private Path directory;
    private RunScript script;
    private Path bucket;

    @BeforeEach
    void prepare() throws IOException {
        script = new RunScript("backup-to-s3", directory);
        bucket = directory.resolve("backup-to-s3-output/s3/backups");
    }

    private void assertWhole(String prefix) throws Exception {
        BackupSet set = BackupSet.only(bucket.resolve(prefix + "/demo"));
        assertThat(Files.mismatch(directory.resolve("backup-to-s3-output/demo-disk.raw"), set.restoreTo(directory)))
                .isEqualTo(-1);
    }

    @Test
    void uploadsAPlainDiskAndCompressedSegments() throws Exception {
        RunScript.Result result = script.run();

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).containsSubsequence("disk  ", "S3 server  ", "plain  ", "segments  ",
                "Objects plain/demo/virtnbd.0.", "/... in the bucket: 3, with 268.5 MB",
                "Objects segments/demo/virtnbd.0.", "/... in the bucket: ", "and ", " more");
        assertThat(result.exitCode()).isZero();
        assertThat(Files.size(BackupSet.only(bucket.resolve("plain/demo")).directory().resolve("vda.copy.data")))
                .isGreaterThan(256L << 20);
        assertWhole("plain");
        assertThat(BackupSet.only(bucket.resolve("segments/demo")).directory())
                .isDirectoryContaining("glob:**/vda.copy.00031.data");
        assertWhole("segments");
    }

    @Test
    void replacesWhatItMadeBefore() throws Exception {
        script.run("segments");

        RunScript.Result result = script.run("plain");

        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("plain  ").doesNotContain("segments");
        assertThat(bucket).isDirectoryContaining("glob:**/plain").isDirectoryNotContaining("glob:**/segments");
    }

    @Test
    void failsWithoutAStackTraceWhereABucketCannotBeReached() throws Exception {
        Path properties = Files.writeString(directory.resolve("mine.properties"), """
                s3.bucket = mine
                s3.region = us-east-1
                s3.accessKey = a
                s3.secretKey = b
                s3.overrideEndpoint = true
                s3.endpoint = http://127.0.0.1:%d
                s3.forcePathStyle = true
                """.formatted(FreePort.find()));

        RunScript.Result result = script.run("plain", "--properties", properties.toString());

        assertThat(result.err().lines()).singleElement().asString().startsWith("backup-to-s3 failed: ").contains("refused");
        assertThat(result.out()).doesNotContain("S3 server");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void refusesArgumentsThatMakeNoSense() throws Exception {
        RunScript.Result result = script.run("everything");

        assertThat(result.err())
                .isEqualTo("backup-to-s3: unknown argument 'everything'; --help explains the arguments\n");
        assertThat(result.exitCode()).isEqualTo(2);
    }
}
