/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.store;

/** Headers between a {@link EndpointStore} and its endpoint. */
public final class StoreHeaders {
    /** What is asked for: {@link #LIST}, {@link #READ} or {@link #DELETE}. */
    public static final String OPERATION = "CamelVirtNbdStoreOperation";
    /** Body of the answer: a collection of maps with {@link #NAME}, {@link #BYTES} and perhaps {@link #TAG}. */
    public static final String LIST = "list";
    /** Body of the answer: what can be converted to a stream of exactly the bytes that were asked for. */
    public static final String READ = "read";
    /** The body of the answer does not matter. */
    public static final String DELETE = "delete";

    /** First byte to read, from 0; without it the whole file is read. */
    public static final String RANGE_START = "CamelVirtNbdRangeStart";
    /** Last byte to read, which belongs to the range. */
    public static final String RANGE_END = "CamelVirtNbdRangeEnd";
    /** The tag that the file had when it was listed: one that is another by now must not be read. */
    public static final String FILE_TAG = "CamelVirtNbdFileTag";
    /** On the answer to {@link #LIST}: whether ranges can be read. */
    public static final String SEEKABLE = "CamelVirtNbdSeekable";

    /** Key in a list: name relative to the store, with '/' between its components. */
    public static final String NAME = "name";
    /** Key in a list: size, 0 or more. */
    public static final String BYTES = "bytes";
    /** Key in a list: any text that changes with the content of the file. */
    public static final String TAG = "tag";

    private StoreHeaders() {
    }
}
