/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Tells an SFTP consumer that asks for files by their names, without lists ({@code useList=false}), the next name: the body, in
 * the system property that the variable {@code virtnbdProperty} names. Such a consumer evaluates its option {@code fileName} in
 * a message of its own, which knows neither headers nor variables, and with several Camel contexts in a program not even those
 * that are global. Who uses this has one message at a time on its way.
 */
public final class SftpFile implements Processor {

    @Override
    public void process(Exchange exchange) {
        System.setProperty(exchange.getVariable("virtnbdProperty", String.class), exchange.getMessage().getBody(String.class));
    }
}
