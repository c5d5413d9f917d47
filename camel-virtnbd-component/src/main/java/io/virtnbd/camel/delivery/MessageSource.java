/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import java.util.Iterator;
import org.apache.camel.Message;

/** The messages of a backup, each made when it is asked for. Belongs to one thread at a time. */
public interface MessageSource extends Iterator<Message> {

    /** Most bytes that the next message will take, known before it is made. To be asked only where there is one. */
    long nextSize();
}
