/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.InvalidNameException;

/** Whether a domain's files can bear its name, which libvirt does not ask. */
final class DomainNames {

    private DomainNames() {
    }

    /** @throws DomainBackupException if they cannot */
    static void check(String domain, String checkpointPrefix) throws DomainBackupException {
        try {
            BackupFileNames.manifest(domain, checkpointPrefix + ".0");
        } catch (InvalidNameException e) {
            throw new DomainBackupException("domain " + domain + " cannot be backed up, because no file can bear its name: "
                    + e.getMessage() + "; rename it with virsh domrename", e);
        }
    }
}
