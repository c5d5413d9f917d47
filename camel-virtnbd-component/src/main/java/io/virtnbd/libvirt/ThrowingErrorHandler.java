/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXParseException;

/** Takes every XML error for one, and prints nothing, in contrast to the JDK's default. */
final class ThrowingErrorHandler implements ErrorHandler {

    @Override
    public void warning(SAXParseException exception) {
        // nothing that would change what was read
    }

    @Override
    public void error(SAXParseException exception) throws SAXParseException {
        throw exception;
    }

    @Override
    public void fatalError(SAXParseException exception) throws SAXParseException {
        throw exception;
    }
}
