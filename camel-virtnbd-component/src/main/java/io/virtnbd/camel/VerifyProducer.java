/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.engine.verify.StreamReport;
import io.virtnbd.engine.verify.StreamVerifier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.Message;

/** Reads the streams in the body to their end, and replaces the body by a report. What is damaged fails the exchange. */
final class VerifyProducer extends ReportProducer {

    VerifyProducer(VirtNbdEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    Map<String, Object> directory(Path directory, RequestOptions options) throws IOException {
        if (getEndpoint().getConfiguration().isRecursive()) {
            if (options.disk().isPresent() || options.until() != null) {
                throw new IllegalArgumentException("recursive is set with disk or until, expected neither: it verifies the whole"
                        + " of each chain");
            }
            return new TreeVerifier(directory).verify();
        }
        return new DirectoryVerifier(directory).verify(options.disk().orElse(null), options.until());
    }

    @Override
    Map<String, Object> stream(StreamInput input, Message message) throws IOException {
        if (getEndpoint().getConfiguration().isRecursive()) {
            throw new IllegalArgumentException("recursive is set and the body is a stream, expected a directory");
        }
        try (InputStream stream = input.open()) {
            StreamReport report = StreamVerifier.verify(stream);
            Reports.setHeaders(message, report.metadata());
            return Reports.of(report);
        }
    }
}
