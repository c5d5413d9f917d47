/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import io.virtnbd.libvirt.LibvirtCallException.Kind;
import java.util.Optional;
import org.libvirt.jna.CString;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;

/**
 * Calls that concern one domain. Each looks the domain up by its UUID, which costs one small round trip, and in return no
 * native handle outlives a call.
 */
final class DomainCalls {

    /** Uses a domain's handle, which is valid until it returns. */
    interface Call<T> {
        T on(DomainPointer domain) throws LibvirtCallException;
    }

    private final NativeHandle connection;
    private final String name;
    private final String uuid;

    DomainCalls(NativeHandle connection, String name, String uuid) {
        this.connection = connection;
        this.name = name;
        this.uuid = uuid;
    }

    String name() {
        return name;
    }

    String uuid() {
        return uuid;
    }

    <T> T call(Call<T> call) throws LibvirtCallException {
        ConnectionPointer pointer = connection.acquire();
        try {
            DomainPointer domain = Bindings.LIBVIRT.virDomainLookupByUUIDString(pointer, uuid);
            if (domain == null) {
                throw failure("virDomainLookupByUUIDString");
            }
            try {
                return call.on(domain);
            } finally {
                Bindings.LIBVIRT.virDomainFree(domain);
            }
        } finally {
            connection.release();
        }
    }

    /** Checks a result that is negative after a failure. */
    int check(String function, int result) throws LibvirtCallException {
        if (result < 0) {
            throw failure(function);
        }
        return result;
    }

    /** Takes a result that is null after a failure. */
    String text(String function, CString result) throws LibvirtCallException {
        if (result == null) {
            throw failure(function);
        }
        return result.toString();
    }

    /** Takes a result that is null after a failure; one failure means that there is none. */
    Optional<String> textUnless(int code, String function, CString result) throws LibvirtCallException {
        if (result == null && NativeError.last().code() == code) {
            return Optional.empty();
        }
        return Optional.of(text(function, result));
    }

    /** What the last call, which failed, is to be reported as. */
    LibvirtCallException failure(String function) {
        NativeError error = NativeError.last();
        Kind kind = error.kind();
        if (kind == Kind.OTHER && !connection.isOpen()) {
            kind = Kind.CONNECTION;
        }
        return failure(kind, function, error.message());
    }

    LibvirtCallException failure(Kind kind, String function, String reason) {
        String message = "domain " + name + " (" + connection.uri() + "): " + function + ": " + reason;
        return new LibvirtCallException(kind, message, null);
    }
}
