/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.store;

import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.camel.Message;
import org.apache.camel.TypeConverter;

/**
 * What a store has answered to {@link StoreHeaders#LIST}. Safe for use by several threads.
 *
 * @param files    by their names
 * @param seekable whether parts of files can be read
 */
record StoreListing(SortedMap<String, StoreFile> files, boolean seekable) {

    /**
     * What has a name that is no path relative to the store, such as an object whose name ends with a slash, is passed over: a
     * store can have more than backups.
     *
     * @throws StoreException if it is no list of files
     */
    static StoreListing of(Message answer, String store) throws StoreException {
        if (!(answer.getBody() instanceof Collection<?> elements)) {
            throw new StoreException(store + ": expected a list of files as the answer to list, found "
                    + (answer.getBody() == null ? "nothing" : "a " + answer.getBody().getClass().getName()));
        }
        TypeConverter converter = answer.getExchange().getContext().getTypeConverter();
        SortedMap<String, StoreFile> files = new ConcurrentSkipListMap<>();
        for (Object element : elements) {
            StoreFile file = file(element, converter, store);
            if (StoreNames.isRelative(file.name())) {
                files.put(file.name(), file);
            }
        }
        return new StoreListing(files, Boolean.TRUE.equals(answer.getHeader(StoreHeaders.SEEKABLE, Boolean.class)));
    }

    private static StoreFile file(Object element, TypeConverter converter, String store) throws StoreException {
        if (element instanceof Map<?, ?> map && map.get(StoreHeaders.NAME) instanceof String name) {
            Long bytes = converter.tryConvertTo(Long.class, map.get(StoreHeaders.BYTES));
            if (bytes != null && bytes >= 0) {
                return new StoreFile(name, bytes, converter.tryConvertTo(String.class, map.get(StoreHeaders.TAG)));
            }
        }
        throw new StoreException(store + ": expected maps with a name and bytes, 0 or more, in the answer to list, found "
                + element);
    }

    /** The files whose names begin with that. */
    Collection<StoreFile> below(String prefix) {
        return prefix.isEmpty() ? files.values() : files.subMap(prefix, prefix + Character.MAX_VALUE).values();
    }

    void remove(String name) {
        files.remove(name);
    }
}
