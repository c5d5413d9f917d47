/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainByReference;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;

/** A connection through libvirt's client library. */
final class NativeConnection implements LibvirtConnection {

    private static final Pattern UUID = Pattern.compile("[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}");

    // virDomainDefineFlags
    private static final int DEFINE_VALIDATE = 1;

    private final NativeHandle handle;

    NativeConnection(NativeHandle handle) {
        this.handle = handle;
    }

    @Override
    public List<String> domainNames() throws LibvirtCallException {
        ConnectionPointer connection = handle.acquire();
        try {
            DomainByReference array = new DomainByReference();
            int count = Bindings.LIBVIRT.virConnectListAllDomains(connection, array, 0);
            if (count < 0) {
                throw failure("virConnectListAllDomains");
            }
            return takeNames(array.getValue(), count);
        } finally {
            handle.release();
        }
    }

    @Override
    public LibvirtDomain domain(String nameOrUuid) throws LibvirtCallException {
        ConnectionPointer connection = handle.acquire();
        try {
            return take(lookup(connection, nameOrUuid));
        } finally {
            handle.release();
        }
    }

    @Override
    public LibvirtDomain define(String xml, boolean validate) throws LibvirtCallException {
        ConnectionPointer connection = handle.acquire();
        try {
            DomainPointer domain = Bindings.DEFINITIONS.virDomainDefineXMLFlags(connection, xml,
                    validate ? DEFINE_VALIDATE : 0);
            if (domain == null) {
                throw failure("virDomainDefineXMLFlags");
            }
            return take(domain);
        } finally {
            handle.release();
        }
    }

    /** A call to the daemon: the socket alone says nothing about a daemon that hangs or was stopped a moment ago. */
    @Override
    public boolean isAlive() {
        try {
            ConnectionPointer connection = handle.acquire();
            try {
                return Bindings.LIBVIRT.virConnectGetLibVersion(connection, new LongByReference()) == 0;
            } finally {
                handle.release();
            }
        } catch (LibvirtCallException e) {
            return false;
        }
    }

    @Override
    public void close() {
        handle.close();
    }

    private LibvirtDomain take(DomainPointer domain) {
        try {
            return new NativeDomain(new DomainCalls(handle, Bindings.LIBVIRT.virDomainGetName(domain), uuid(domain)));
        } finally {
            Bindings.LIBVIRT.virDomainFree(domain);
        }
    }

    private DomainPointer lookup(ConnectionPointer connection, String nameOrUuid) throws LibvirtCallException {
        DomainPointer domain = Bindings.LIBVIRT.virDomainLookupByName(connection, nameOrUuid);
        if (domain != null) {
            return domain;
        }
        LibvirtCallException failure = failure("virDomainLookupByName");
        if (failure.kind() == LibvirtCallException.Kind.NO_DOMAIN && UUID.matcher(nameOrUuid).matches()) {
            domain = Bindings.LIBVIRT.virDomainLookupByUUIDString(connection, nameOrUuid);
            if (domain != null) {
                return domain;
            }
            throw failure("virDomainLookupByUUIDString");
        }
        throw failure;
    }

    private static String uuid(DomainPointer domain) {
        byte[] text = new byte[Libvirt.VIR_UUID_STRING_BUFLEN];
        Bindings.LIBVIRT.virDomainGetUUIDString(domain, text);
        return Native.toString(text, "US-ASCII").toLowerCase(Locale.ROOT);
    }

    /** Frees the array and the handles in it. */
    private static List<String> takeNames(Pointer array, int count) {
        List<String> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            DomainPointer domain = new DomainPointer(array.getPointer((long) i * Native.POINTER_SIZE));
            names.add(Bindings.LIBVIRT.virDomainGetName(domain));
            Bindings.LIBVIRT.virDomainFree(domain);
        }
        Bindings.free(array);
        Collections.sort(names);
        return names;
    }

    private LibvirtCallException failure(String function) {
        NativeError error = NativeError.last();
        LibvirtCallException.Kind kind = error.kind();
        if (kind == LibvirtCallException.Kind.OTHER && !handle.isOpen()) {
            kind = LibvirtCallException.Kind.CONNECTION;
        }
        return new LibvirtCallException(kind, handle.uri() + ": " + function + ": " + error.message(), null);
    }
}
