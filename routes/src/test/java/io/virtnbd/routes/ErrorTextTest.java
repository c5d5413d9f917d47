/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class ErrorTextTest {

    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    private String text(Throwable failure) {
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, failure);
        new ErrorText().process(exchange);
        return exchange.getVariable("virtnbdError", String.class);
    }

    @Test
    void saysWhyFromTheCause() {
        assertThat(text(new IllegalStateException("Cannot store file: /b/x", new IOException("No space left on device"))))
                .isEqualTo("Cannot store file: /b/x: No space left on device");
    }

    @Test
    void saysNothingTwice() {
        IOException cause = new IOException("no route to host");
        assertThat(text(new IllegalStateException("java.io.IOException: no route to host", cause)))
                .isEqualTo("java.io.IOException: no route to host");
    }

    @Test
    void leavesOutWhatCamelWrapsAroundAnExchange() {
        Exception inner = new CamelExchangeException("inner", exchange, new IOException("broken"));
        assertThat(text(new CamelExchangeException("outer", exchange, inner))).isEqualTo("broken");
    }

    @Test
    void namesTheClassWhereThereIsNoMessage() {
        assertThat(text(new IOException("closed", new InterruptedException()))).isEqualTo("closed: InterruptedException");
    }

    @Test
    void endsWhereCausesDoNot() {
        IOException one = new IOException("one");
        one.initCause(new IOException("two", one));
        assertThat(text(one)).isEqualTo("one: two");
    }
}
