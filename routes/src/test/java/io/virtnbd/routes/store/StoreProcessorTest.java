/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.camel.store.StoreHeaders;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that a store refuses before its server sees them. */
class StoreProcessorTest {
    private final List<String> seen = new ArrayList<>();
    private final StoreProcessor store = new StoreProcessor() {
        @Override
        List<Map<String, Object>> list(CamelContext context, String prefix) {
            seen.add("list " + prefix);
            return List.of();
        }

        @Override
        InputStream open(CamelContext context, String name, String tag, Range range) {
            seen.add("read " + name + (range == null ? "" : " " + range.start() + "-" + range.end()));
            return InputStream.nullInputStream();
        }

        @Override
        void delete(CamelContext context, String name) {
            seen.add("delete " + name);
        }
    };

    private void request(String operation, String name, Long start, Long end) throws Exception {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage().setHeader(StoreHeaders.OPERATION, operation);
        exchange.getMessage().setHeader(Exchange.FILE_NAME, name);
        exchange.getMessage().setHeader(StoreHeaders.RANGE_START, start);
        exchange.getMessage().setHeader(StoreHeaders.RANGE_END, end);
        store.process(exchange);
    }

    @Test
    void passesOnWhatIsInTheStore() throws Exception {
        request("list", "", null, null);
        request("list", "web1/virtnbd.0/", null, null);
        request("read", "web1/..vda", null, null);
        request("read", "vda", 3L, 3L);
        request("delete", "web1/vda", null, null);

        assertThat(seen).containsExactly("list ", "list web1/virtnbd.0/", "read web1/..vda", "read vda 3-3", "delete web1/vda");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../vda", "web1/../../vda", "/etc/passwd", "web1//vda", "./vda", "..", "vda\0"})
    void refusesNamesThatLeadOutOfTheStore(String name) {
        for (String operation : List.of("list", "read", "delete")) {
            assertThatThrownBy(() -> request(operation, name, null, null)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected a name relative to the store");
        }
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "delete"})
    void refusesADirectoryWhereAFileIsExpected(String operation) {
        for (String name : List.of("", "web1/")) {
            assertThatThrownBy(() -> request(operation, name, null, null)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void refusesRangesThatAreNone() {
        for (Long[] range : new Long[][] {{1L, null}, {null, 1L}, {-1L, 1L}, {2L, 1L}}) {
            assertThatThrownBy(() -> request("read", "vda", range[0], range[1])).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("are " + range[0] + " and " + range[1]);
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void refusesWhatIsNoOperation() {
        assertThatThrownBy(() -> request("write", "vda", null, null)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is 'write', expected list, read or delete");
    }
}
