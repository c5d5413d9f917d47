/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.List;
import org.libvirt.jna.DomainCheckpointPointer;
import org.libvirt.jna.DomainPointer;

/** The checkpoints of a domain. */
final class DomainCheckpoints {

    // virDomainCheckpointListFlags
    private static final int LIST_TOPOLOGICAL = 2;
    // virDomainCheckpointCreateFlags
    private static final int CREATE_REDEFINE = 1;
    private static final int CREATE_REDEFINE_VALIDATE = 4;
    // virDomainCheckpointDeleteFlags
    private static final int DELETE_METADATA_ONLY = 2;

    /** Uses a checkpoint's handle, which is valid until it returns. */
    private interface Call<T> {
        T on(DomainCheckpointPointer checkpoint) throws LibvirtCallException;
    }

    private final DomainCalls calls;

    DomainCheckpoints(DomainCalls calls) {
        this.calls = calls;
    }

    /** Parents before children. */
    List<String> names() throws LibvirtCallException {
        return calls.call(domain -> {
            PointerByReference array = new PointerByReference();
            int count = calls.check("virDomainListAllCheckpoints",
                    Bindings.LIBVIRT.virDomainListAllCheckpoints(domain, array, LIST_TOPOLOGICAL));
            return takeNames(array.getValue(), count);
        });
    }

    /** With the domain's definition of that time in it, since not every libvirt may define it again without. */
    String xml(String name) throws LibvirtCallException {
        return calls.call(domain -> withCheckpoint(domain, name, checkpoint -> calls.text("virDomainCheckpointGetXMLDesc",
                Bindings.LIBVIRT.virDomainCheckpointGetXMLDesc(checkpoint, 0))));
    }

    /** libvirt looks whether the bitmaps are there if the domain is running; otherwise it cannot. */
    void redefine(String xml) throws LibvirtCallException {
        calls.call(domain -> {
            boolean active = calls.check("virDomainIsActive", Bindings.LIBVIRT.virDomainIsActive(domain)) == 1;
            DomainCheckpointPointer checkpoint = Bindings.LIBVIRT.virDomainCheckpointCreateXML(domain, xml,
                    CREATE_REDEFINE | (active ? CREATE_REDEFINE_VALIDATE : 0));
            if (checkpoint == null) {
                throw calls.failure("virDomainCheckpointCreateXML");
            }
            return Bindings.LIBVIRT.virDomainCheckpointFree(checkpoint);
        });
    }

    boolean delete(String name) throws LibvirtCallException {
        return delete(name, 0);
    }

    boolean forget(String name) throws LibvirtCallException {
        return delete(name, DELETE_METADATA_ONLY);
    }

    boolean exists(DomainPointer domain, String name) throws LibvirtCallException {
        try {
            return withCheckpoint(domain, name, checkpoint -> true);
        } catch (LibvirtCallException e) {
            return falseIfMissing(e);
        }
    }

    private boolean delete(String name, int flags) throws LibvirtCallException {
        return calls.call(domain -> {
            try {
                return withCheckpoint(domain, name, checkpoint -> calls.check("virDomainCheckpointDelete",
                        Bindings.LIBVIRT.virDomainCheckpointDelete(checkpoint, flags)) == 0);
            } catch (LibvirtCallException e) {
                return falseIfMissing(e);
            }
        });
    }

    private static boolean falseIfMissing(LibvirtCallException e) throws LibvirtCallException {
        if (e.kind() == LibvirtCallException.Kind.NO_CHECKPOINT) {
            return false;
        }
        throw e;
    }

    private <T> T withCheckpoint(DomainPointer domain, String name, Call<T> call) throws LibvirtCallException {
        DomainCheckpointPointer checkpoint = Bindings.LIBVIRT.virDomainCheckpointLookupByName(domain, name, 0);
        if (checkpoint == null) {
            throw calls.failure("virDomainCheckpointLookupByName");
        }
        try {
            return call.on(checkpoint);
        } finally {
            Bindings.LIBVIRT.virDomainCheckpointFree(checkpoint);
        }
    }

    /** Frees the array and the handles in it. */
    private static List<String> takeNames(Pointer array, int count) {
        List<String> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            DomainCheckpointPointer checkpoint =
                    new DomainCheckpointPointer(array.getPointer((long) i * Native.POINTER_SIZE));
            names.add(Bindings.LIBVIRT.virDomainCheckpointGetName(checkpoint));
            Bindings.LIBVIRT.virDomainCheckpointFree(checkpoint);
        }
        Bindings.free(array);
        return names;
    }
}
