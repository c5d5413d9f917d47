/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.Map;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;
import org.libvirt.jna.LibvirtQemu;

/**
 * libvirt's client library, as the bindings declare its functions. Their classes above it are not used: those convert strings
 * in the platform's charset, which loses names in a container without a locale, and free handles in finalizers.
 */
final class Bindings {

    static final Libvirt LIBVIRT;
    static final LibvirtQemu QEMU;
    static final Definitions DEFINITIONS;

    private static final Map<String, Object> OPTIONS = Map.of(Library.OPTION_STRING_ENCODING, "UTF-8");

    /** libvirt prints each error unless somebody takes it; all are in exceptions. Held here for as long as libvirt has it. */
    private static final Libvirt.VirErrorCallback SILENCE = (userData, error) -> { };

    static {
        LIBVIRT = Native.load("virt", Libvirt.class, OPTIONS);
        QEMU = Native.load("virt-qemu", LibvirtQemu.class, OPTIONS);
        DEFINITIONS = Native.load("virt", Definitions.class, OPTIONS);
        LIBVIRT.virInitialize();
        LIBVIRT.virSetErrorFunc(null, SILENCE);
    }

    /** What the library's interface lacks. */
    interface Definitions extends Library {

        DomainPointer virDomainDefineXMLFlags(ConnectionPointer connection, String xml, int flags);
    }

    private Bindings() {
    }

    /** Frees memory that libvirt allocated for its caller. */
    static void free(Pointer memory) {
        if (memory != null) {
            Native.free(Pointer.nativeValue(memory));
        }
    }
}
