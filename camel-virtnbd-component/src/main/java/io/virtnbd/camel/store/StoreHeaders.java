/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.store;

/** Headers between a {@link EndpointStore} and its endpoint. */
public final class StoreHeaders {
    /** What is asked for: {@link #LIST}, {@link #READ} or {@link #DELETE}. */
    public static final String OPERATION = "CamelVirtNbdStoreOperation";
    public static final String LIST = "list";
    public static final String READ = "read";
    public static final String DELETE = "delete";

    /** First byte to read, from 0; without it the whole file is read. */
    public static final String RANGE_START = "CamelVirtNbdRangeStart";
    /** Last byte to read, which belongs to the range. */
    public static final String RANGE_END = "CamelVirtNbdRangeEnd";

    /** On the answer to {@link #LIST}: whether ranges can be read. */
    public static final String SEEKABLE = "CamelVirtNbdSeekable";

    private StoreHeaders() {
    }
}
