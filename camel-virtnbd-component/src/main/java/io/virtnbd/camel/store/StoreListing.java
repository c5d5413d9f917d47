/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.camel.Message;
import org.apache.camel.TypeConverter;

/**
 * What a store has answered to {@link StoreHeaders#LIST}.
 *
 * @param files    in alphabetical order
 * @param seekable whether parts of files can be read
 */
record StoreListing(List<Entry> files, boolean seekable) {

    /** @param name relative to the store */
    record Entry(String name, long bytes) {
    }

    /** @throws StoreException if it is something else */
    static StoreListing of(Message answer, String store) throws StoreException {
        if (!(answer.getBody() instanceof Collection<?> elements)) {
            throw new StoreException(store + ": expected a list of files as the answer to list, found "
                    + (answer.getBody() == null ? "nothing" : "a " + answer.getBody().getClass().getName()));
        }
        TypeConverter converter = answer.getExchange().getContext().getTypeConverter();
        List<Entry> files = new ArrayList<>(elements.size());
        for (Object element : elements) {
            files.add(entry(element, converter, store));
        }
        files.sort((one, other) -> one.name().compareTo(other.name()));
        return new StoreListing(List.copyOf(files),
                Boolean.TRUE.equals(answer.getHeader(StoreHeaders.SEEKABLE, Boolean.class)));
    }

    private static Entry entry(Object element, TypeConverter converter, String store) throws StoreException {
        if (element instanceof Map<?, ?> map && map.get("name") instanceof String name) {
            Long bytes = converter.tryConvertTo(Long.class, map.get("bytes"));
            if (bytes != null && bytes >= 0) {
                StoreNames.check(name, store);
                return new Entry(name, bytes);
            }
        }
        throw new StoreException(store + ": expected elements with a name and bytes, 0 or more, in the answer to list, found "
                + element);
    }
}
