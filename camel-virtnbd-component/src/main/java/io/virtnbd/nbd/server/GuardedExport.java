/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.extent.Extent;
import io.virtnbd.nbd.protocol.NbdErrno;
import io.virtnbd.nbd.protocol.NbdRequestException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An export whose failures are those of single requests: whatever it throws, the client gets an error and can go on. */
final class GuardedExport {

    private static final Logger LOG = LoggerFactory.getLogger(GuardedExport.class);

    private final Export export;

    GuardedExport(Export export) {
        this.export = export;
    }

    void read(Request request, long offset, ByteBuffer target) throws RequestFailure {
        guard(request, () -> {
            export.read(offset, target);
            if (target.hasRemaining()) {
                throw new IllegalStateException("the export left " + target.remaining() + " bytes unread");
            }
        });
    }

    void write(Request request, long offset, ByteBuffer source) throws RequestFailure {
        guard(request, () -> {
            export.write(offset, source);
            if (source.hasRemaining()) {
                throw new IllegalStateException("the export left " + source.remaining() + " bytes unwritten");
            }
        });
    }

    void writeZeroes(Request request, boolean keepAllocated) throws RequestFailure {
        guard(request, () -> export.writeZeroes(request.offset(), request.length(), keepAllocated));
    }

    void trim(Request request) throws RequestFailure {
        guard(request, () -> export.trim(request.offset(), request.length()));
    }

    void flush(Request request) throws RequestFailure {
        if (!export.readOnly()) {
            guard(request, export::flush);
        }
    }

    /** The extents of the request's range, without a gap; see {@link ExtentCollector}. */
    List<Extent> extents(Request request, ExtentCollector collector) throws RequestFailure {
        guard(request, () -> export.extents(request.offset(), request.length(), collector));
        return collector.result();
    }

    private void guard(Request request, Call call) throws RequestFailure {
        try {
            call.run();
        } catch (NbdRequestException e) {
            throw new RequestFailure(e.errno(), e.getMessage());
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} failed", request.describe(), e);
            // the details may name files of this machine
            throw request.refused(NbdErrno.EIO, "the export failed, see the server's log");
        }
    }

    private interface Call {
        void run() throws IOException;
    }
}
