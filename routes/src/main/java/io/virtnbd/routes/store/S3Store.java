/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.store;

import io.virtnbd.camel.store.StoreHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.component.aws2.s3.AWS2S3Endpoint;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The objects of a bucket whose keys begin with a prefix, as a store. Camel's component lists no more than a page, and what it reads
 * is read to its end when it is closed: so its client is used. Safe for use by several threads.
 */
public final class S3Store extends StoreProcessor {
    private static final int NOT_FOUND = 404;
    private static final int PRECONDITION_FAILED = 412;

    private String endpoint;
    private String prefix = "";

    /** URI of an endpoint of the component aws2-s3, whose bucket and client are used. */
    public void setEndpoint(String endpoint) {
        this.endpoint = endpoint;
    }

    /** What the keys of all files begin with; names are relative to it. */
    public void setPrefix(String prefix) {
        this.prefix = prefix;
    }

    private AWS2S3Endpoint endpoint(CamelContext context) {
        return context.getEndpoint(endpoint, AWS2S3Endpoint.class);
    }

    @Override
    List<Map<String, Object>> list(CamelContext context, String below) throws IOException {
        AWS2S3Endpoint s3 = endpoint(context);
        String bucket = s3.getConfiguration().getBucketName();
        try {
            List<Map<String, Object>> files = s3.getS3Client()
                    .listObjectsV2Paginator(request -> request.bucket(bucket).prefix(prefix + below)).contents().stream()
                    .map(object -> file(object.key().substring(prefix.length()), object.size(), object.eTag()))
                    .toList();
            checkPrefix(bucket, files);
            return files;
        } catch (SdkException e) {
            throw failure("bucket " + bucket, e);
        }
    }

    /** Without its slash a prefix finds objects none of which has a name relative to it: as if there was nothing. */
    private void checkPrefix(String bucket, List<Map<String, Object>> files) throws IOException {
        if (!prefix.isEmpty() && !files.isEmpty()
                && files.stream().allMatch(file -> file.get(StoreHeaders.NAME).toString().startsWith("/"))) {
            throw new IOException("bucket " + bucket + ": prefix is '" + prefix + "', and all keys go on with a slash: expected '"
                    + prefix + "/'");
        }
    }

    @Override
    InputStream open(CamelContext context, String name, String tag, Range range) throws IOException {
        AWS2S3Endpoint s3 = endpoint(context);
        GetObjectRequest.Builder request = GetObjectRequest.builder().bucket(s3.getConfiguration().getBucketName())
                .key(prefix + name).ifMatch(tag);
        if (range != null) {
            request.range("bytes=" + range.start() + "-" + range.end());
        }
        String what = "object " + prefix + name + " of bucket " + s3.getConfiguration().getBucketName();
        try {
            S3Body body = new S3Body(s3.getS3Client().getObject(request.build()));
            if (range != null && !body.beginsAt(range.start())) {
                body.close();
                throw new IOException(what + ": expected bytes from " + range.start() + " on, found " + body.range());
            }
            return body;
        } catch (SdkException e) {
            throw failure(what, e);
        }
    }

    @Override
    void delete(CamelContext context, String name) throws IOException {
        AWS2S3Endpoint s3 = endpoint(context);
        String bucket = s3.getConfiguration().getBucketName();
        try {
            s3.getS3Client().deleteObject(request -> request.bucket(bucket).key(prefix + name));
        } catch (SdkException e) {
            throw failure("object " + prefix + name + " of bucket " + bucket, e);
        }
    }

    private static IOException failure(String what, SdkException failure) {
        int status = failure instanceof S3Exception s3 ? s3.statusCode() : 0;
        if (status == NOT_FOUND) {
            return (IOException) new NoSuchFileException(what, null, failure.getMessage()).initCause(failure);
        }
        return new IOException(what + ": " + (status == PRECONDITION_FAILED ? "expected the one that was listed, found another"
                : failure.getMessage()), failure);
    }
}
