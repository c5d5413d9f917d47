/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.util.regex.Pattern;
import org.libvirt.jna.ConnectionPointer;

/** Opens connections to libvirt daemons. */
public final class Libvirt {

    private static final Pattern OVER_SSH = Pattern.compile("[^:/?#]+\\+ssh:.*");
    private static final Pattern SAYS_WHETHER_TO_ASK = Pattern.compile("[^?]*\\?(.*&)?no_tty=.*");

    private Libvirt() {
    }

    /**
     * Connects.
     *
     * @throws LibvirtCallException {@link LibvirtCallException.Kind#CONNECTION} if the daemon cannot be reached, or libvirt's
     *                              client library is not installed
     */
    public static LibvirtConnection connect(LibvirtOptions options) throws LibvirtCallException {
        try {
            ConnectionPointer connection =
                    Bindings.LIBVIRT.virConnectOpenAuth(neverAsking(options.uri()), Credentials.of(options), 0);
            if (connection == null) {
                throw failure(options, "virConnectOpenAuth: " + NativeError.last().message(), null);
            }
            return new NativeConnection(new NativeHandle(options.uri(), connection));
        } catch (LinkageError e) {
            throw failure(options, "libvirt's client library cannot be loaded: " + e.getMessage(), e);
        }
    }

    /** ssh would ask for passwords and unknown hosts on the terminal that this program was started from. */
    static String neverAsking(String uri) {
        if (!OVER_SSH.matcher(uri).matches() || SAYS_WHETHER_TO_ASK.matcher(uri).matches()) {
            return uri;
        }
        return uri + (uri.contains("?") ? "&" : "?") + "no_tty=1";
    }

    private static LibvirtCallException failure(LibvirtOptions options, String reason, Throwable cause) {
        return new LibvirtCallException(LibvirtCallException.Kind.CONNECTION, options.uri() + ": " + reason, cause);
    }
}
