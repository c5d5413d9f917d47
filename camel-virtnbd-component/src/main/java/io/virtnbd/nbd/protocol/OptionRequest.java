/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The options that a client sends.
 *
 * <pre>
 *  0  64 bits  magic "IHAVEOPT"
 *  8  32 bits  option
 * 12  32 bits  length of the data
 * 16           data
 * </pre>
 *
 * Source: NBD protocol, "Fixed newstyle negotiation" and "Option types". Each method returns a buffer that is ready to be sent.
 */
public final class OptionRequest {

    private static final int HEADER_LENGTH = 16;

    private OptionRequest() {
    }

    /** An option without data: {@code STARTTLS}, {@code STRUCTURED_REPLY}, {@code ABORT}. */
    public static ByteBuffer plain(int option) {
        return header(option, 0).flip();
    }

    public static ByteBuffer exportName(String exportName) {
        byte[] name = exportName.getBytes(StandardCharsets.UTF_8);
        return header(OptionType.EXPORT_NAME, name.length).put(name).flip();
    }

    /** @param infoTypes the information that is asked for, of {@link InfoType} */
    public static ByteBuffer go(String exportName, int... infoTypes) {
        byte[] name = exportName.getBytes(StandardCharsets.UTF_8);
        ByteBuffer request = header(OptionType.GO, 4 + name.length + 2 + 2 * infoTypes.length);
        request.putInt(name.length).put(name).putShort((short) infoTypes.length);
        for (int type : infoTypes) {
            request.putShort((short) type);
        }
        return request.flip();
    }

    /** @param contexts names of meta contexts */
    public static ByteBuffer setMetaContext(String exportName, List<String> contexts) {
        byte[] name = exportName.getBytes(StandardCharsets.UTF_8);
        List<byte[]> queries = contexts.stream().map(query -> query.getBytes(StandardCharsets.UTF_8)).toList();
        int length = 4 + name.length + 4 + queries.stream().mapToInt(query -> 4 + query.length).sum();
        ByteBuffer request = header(OptionType.SET_META_CONTEXT, length).putInt(name.length).put(name).putInt(queries.size());
        queries.forEach(query -> request.putInt(query.length).put(query));
        return request.flip();
    }

    private static ByteBuffer header(int option, int dataLength) {
        return ByteBuffer.allocate(HEADER_LENGTH + dataLength).putLong(Magic.OPTION).putInt(option).putInt(dataLength);
    }
}
