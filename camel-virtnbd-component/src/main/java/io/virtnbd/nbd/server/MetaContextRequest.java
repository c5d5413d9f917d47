/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.nbd.protocol.BaseAllocation;

/**
 * The data of LIST_META_CONTEXT and SET_META_CONTEXT, as far as it is about the only context that there is.
 * Source: NBD protocol, "NBD_OPT_LIST_META_CONTEXT".
 *
 * <pre>
 *  u32 length of the name    name    u32 count    count times: u32 length of the query    query
 * </pre>
 *
 * @param empty      whether there are no queries
 * @param allocation whether a query is {@code base:allocation}
 * @param wildcard   whether a query is {@code base:}, which lists but never selects
 */
record MetaContextRequest(String export, boolean empty, boolean allocation, boolean wildcard) {

    static MetaContextRequest parse(OptionData data) throws InvalidOptionException {
        String export = data.string("export name");
        int count = data.u32("number of queries");
        boolean allocation = false;
        boolean wildcard = false;
        for (int left = count; left > 0; left--) {
            String query = data.string("query");
            if (query.indexOf(':') < 1) {
                throw new InvalidOptionException("query without a namespace");
            }
            allocation |= query.equals(BaseAllocation.NAME);
            wildcard |= query.equals("base:");
        }
        data.end();
        return new MetaContextRequest(export, count == 0, allocation, wildcard);
    }

    boolean lists() {
        return empty || allocation || wildcard;
    }
}
