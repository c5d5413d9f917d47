/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import com.sun.jna.Pointer;
import io.virtnbd.libvirt.LibvirtCallException.Kind;
import org.libvirt.jna.virError;

/**
 * Why the last call of this thread failed.
 *
 * @param code    {@code virErrorNumber}
 * @param domain  {@code virErrorDomain}: the part of libvirt that failed
 * @param message what libvirt said
 */
record NativeError(int code, int domain, String message) {

    // virErrorNumber
    private static final int INTERNAL_ERROR = 1;
    private static final int NO_CONNECT = 5;
    private static final int INVALID_CONN = 6;
    private static final int INVALID_DOMAIN = 7;
    static final int INVALID_ARGUMENT = 8;
    private static final int SYSTEM_ERROR = 38;
    private static final int RPC = 39;
    private static final int GNUTLS_ERROR = 40;
    private static final int NO_DOMAIN = 42;
    private static final int AUTH_FAILED = 45;
    private static final int OPERATION_INVALID = 55;
    private static final int OPERATION_TIMEOUT = 68;
    private static final int AUTH_CANCELLED = 79;
    static final int NO_DOMAIN_METADATA = 80;
    private static final int OPERATION_UNSUPPORTED = 84;
    private static final int AGENT_UNRESPONSIVE = 86;
    private static final int XML_INVALID_SCHEMA = 92;
    private static final int AUTH_UNAVAILABLE = 94;
    private static final int AGENT_UNSYNCED = 97;
    private static final int INVALID_DOMAIN_CHECKPOINT = 102;
    private static final int NO_DOMAIN_CHECKPOINT = 103;
    static final int NO_DOMAIN_BACKUP = 104;
    private static final int CHECKPOINT_INCONSISTENT = 109;

    // virErrorDomain
    private static final int FROM_RPC = 7;
    private static final int FROM_REMOTE = 13;

    /** QEMU's own words, which are not translated. */
    private static final String BITMAP_EXISTS = "Bitmap already exists";

    /** The daemon's, which are in the daemon's language. */
    private static final String BITMAP_MISSING = "not found in backing chain";

    /** Offset of {@code message} in {@code virError}: after two ints. */
    private static final long MESSAGE_OFFSET = 8;

    /** Of the last call that this thread made. */
    static NativeError last() {
        virError error = Bindings.LIBVIRT.virGetLastError();
        if (error == null) {
            return new NativeError(INTERNAL_ERROR, 0, "no reason given");
        }
        // the structure itself would decode it in the platform's charset
        Pointer message = error.getPointer().getPointer(MESSAGE_OFFSET);
        return new NativeError(error.code, error.domain, message == null ? "no message" : message.getString(0, "UTF-8"));
    }

    Kind kind() {
        if (isOfConnection()) {
            return Kind.CONNECTION;
        }
        return switch (code) {
            case NO_DOMAIN, INVALID_DOMAIN -> Kind.NO_DOMAIN;
            case NO_DOMAIN_CHECKPOINT, INVALID_DOMAIN_CHECKPOINT -> Kind.NO_CHECKPOINT;
            case CHECKPOINT_INCONSISTENT -> Kind.CHECKPOINT_INCONSISTENT;
            case NO_DOMAIN_BACKUP -> Kind.NO_BACKUP;
            // the latter is what libvirt calls a backup, or deleting a checkpoint, of a domain that is off
            case OPERATION_INVALID, OPERATION_UNSUPPORTED -> Kind.OPERATION_INVALID;
            case XML_INVALID_SCHEMA -> Kind.INVALID_SCHEMA;
            case OPERATION_TIMEOUT -> Kind.TIMEOUT;
            case AGENT_UNRESPONSIVE, AGENT_UNSYNCED -> Kind.AGENT;
            default -> kindByMessage();
        };
    }

    private Kind kindByMessage() {
        if (message.contains(BITMAP_EXISTS)) {
            return Kind.BITMAP_EXISTS;
        }
        return message.contains(BITMAP_MISSING) ? Kind.CHECKPOINT_INCONSISTENT : Kind.OTHER;
    }

    private boolean isOfConnection() {
        return switch (code) {
            case NO_CONNECT, INVALID_CONN, GNUTLS_ERROR, AUTH_FAILED, AUTH_CANCELLED, AUTH_UNAVAILABLE -> true;
            // a socket that was cut is one of these, and only where it is met says that it is the connection's
            case INTERNAL_ERROR, SYSTEM_ERROR, RPC -> domain == FROM_RPC || domain == FROM_REMOTE;
            default -> false;
        };
    }
}
