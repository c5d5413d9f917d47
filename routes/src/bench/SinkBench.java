/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
import io.virtnbd.routes.server.ArtemisServer;
import io.virtnbd.routes.server.KafkaServer;
import io.virtnbd.routes.server.S3Server;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * What {@code sinks.py} needs beside routes: {@code s3}, {@code kafka} or {@code jms} with DIRECTORY PORT, a server that ends when
 * it is killed; {@code check
 * DIRECTORY IMAGE}, which verifies the backup of a directory and restores it; {@code sdk FILE ENDPOINT}, the AWS SDK's own upload
 * of a file in parts, side by side.
 */
public final class SinkBench {

    private SinkBench() {
    }

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "s3" -> new S3Server(Path.of(args[1]), Integer.parseInt(args[2]));
            case "kafka" -> {
                int port = Integer.parseInt(args[2]);
                new KafkaServer(Path.of(args[1]), port, port, 1_048_588);
            }
            case "jms" -> new ArtemisServer(Path.of(args[1]), Integer.parseInt(args[2]));
            case "check" -> check(new File(args[1]), args[2]);
            case "sdk" -> upload(Path.of(args[1]), URI.create(args[2]));
            default -> throw new IllegalArgumentException(args[0]);
        }
        if (!List.of("s3", "kafka", "jms").contains(args[0])) {
            System.out.println("peak " + Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:")).findFirst().orElseThrow().replaceAll("\\D", ""));
        }
    }

    private static void check(File chain, String image) throws Exception {
        long start = System.nanoTime();
        try (CamelContext camel = new DefaultCamelContext()) {
            camel.start();
            camel.createProducerTemplate().requestBody("virtnbd:verify", chain);
            camel.createProducerTemplate().requestBodyAndHeaders("virtnbd:restore?image=" + image, chain, Map.of());
        }
        print(start);
    }

    private static void upload(Path file, URI endpoint) {
        try (S3AsyncClient client = S3AsyncClient.builder().endpointOverride(endpoint).region(Region.US_EAST_1).forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(S3Server.ACCESS_KEY, S3Server.SECRET_KEY)))
                .multipartEnabled(true).build()) {
            long start = System.nanoTime();
            client.putObject(put -> put.bucket("backups").key("disk"), AsyncRequestBody.fromFile(file)).join();
            print(start);
        }
    }

    private static void print(long start) {
        System.out.printf(Locale.ROOT, "exchange %.3f%n", (System.nanoTime() - start) / 1e9);
    }
}
