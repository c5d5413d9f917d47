/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import java.util.HashSet;
import java.util.Set;

/**
 * The data of INFO and GO. Source: NBD protocol, "NBD_OPT_INFO and NBD_OPT_GO".
 *
 * <pre>
 *  u32 length of the name    name    u16 count    count times u16 information type
 * </pre>
 */
record InfoRequest(String export, Set<Integer> types) {

    static InfoRequest parse(OptionData data) throws InvalidOptionException {
        String export = data.string("export name");
        Set<Integer> types = new HashSet<>();
        for (int left = data.u16("number of information requests"); left > 0; left--) {
            if (!types.add(data.u16("information request"))) {
                throw new InvalidOptionException("an information request is there twice");
            }
        }
        data.end();
        return new InfoRequest(export, types);
    }
}
