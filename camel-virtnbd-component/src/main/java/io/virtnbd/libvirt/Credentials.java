/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import org.libvirt.jna.Libvirt;
import org.libvirt.jna.virConnectAuth;
import org.libvirt.jna.virConnectCredential;

/** Answers libvirt's questions for a user and a password; whatever else is asked ends the attempt to connect. */
final class Credentials implements Libvirt.VirConnectAuthCallback {

    // virConnectCredentialType
    private static final int USERNAME = 1;
    private static final int AUTHNAME = 2;
    private static final int PASSPHRASE = 5;
    private static final int NOECHOPROMPT = 7;

    private static final int[] KNOWN = {USERNAME, AUTHNAME, PASSPHRASE, NOECHOPROMPT};

    // offsets in virConnectCredential: an int (padded), then four pointers, then an unsigned int
    private static final long RESULT = 4L * Native.POINTER_SIZE;
    private static final long RESULT_LENGTH = 5L * Native.POINTER_SIZE;

    private final String username;
    private final String password;

    private Credentials(String username, String password) {
        this.username = username;
        this.password = password;
    }

    /** What is to be given to {@code virConnectOpenAuth}; without credentials nothing will be asked. */
    static virConnectAuth of(LibvirtOptions options) {
        if (options.username() == null && options.password() == null) {
            return null;
        }
        virConnectAuth auth = new virConnectAuth();
        Memory known = new Memory((long) KNOWN.length * Integer.BYTES);
        known.write(0, KNOWN, 0, KNOWN.length);
        auth.credtype = known;
        auth.ncredtype = KNOWN.length;
        auth.cb = new Credentials(options.username(), options.password());
        return auth;
    }

    /**
     * Fills in the answers. libvirt frees them, so they are allocated as C does, and the structure is kept from being written
     * back, which would put memory there that JNA frees as well.
     */
    @Override
    public int authCallback(virConnectCredential first, int count, Pointer data) {
        first.setAutoSynch(false);
        for (int i = 0; i < count; i++) {
            Pointer credential = first.getPointer().share((long) i * first.size());
            String answer = switch (credential.getInt(0)) {
                case USERNAME, AUTHNAME -> username;
                case PASSPHRASE, NOECHOPROMPT -> password;
                default -> null;
            };
            if (answer == null) {
                return -1;
            }
            answer(credential, answer.getBytes(StandardCharsets.UTF_8));
        }
        return 0;
    }

    private static void answer(Pointer credential, byte[] answer) {
        Pointer copy = new Pointer(Native.malloc(answer.length + 1L));
        copy.write(0, answer, 0, answer.length);
        copy.setByte(answer.length, (byte) 0);
        credential.setPointer(RESULT, copy);
        credential.setInt(RESULT_LENGTH, answer.length);
    }
}
