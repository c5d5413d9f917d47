/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;

/** How the domain of a backup is defined again. */
@UriParams
public class MachineConfiguration extends RestoreConfiguration {
    @UriParam(label = "producer", defaultValue = "false")
    @Metadata(description = "Restore only, of a backup set: whether the domain is defined, with the restored images as"
                            + " its disks, as it was at the restored point in time.")
    private boolean define;

    @UriParam(label = "producer", defaultValue = "false")
    @Metadata(description = "Restore only: whether the domain is started when it is defined. Defines it too.")
    private boolean start;

    @UriParam(label = "producer")
    @Metadata(description = "Restore only: name of the domain that is defined. By default that in the backup. With"
                            + " another name it gets a UUID and MAC addresses of its own.")
    private String newName;

    @UriParam(label = "producer")
    @Metadata(description = "Restore only: UUID of the domain that is defined, or new for one of its own. By default that"
                            + " in the backup, with newName one of its own.")
    private String newUuid;

    @UriParam(label = "producer", defaultValue = "false")
    @Metadata(description = "Restore only: whether a domain that is there already under the name or the UUID, and is not"
                            + " running, is replaced, with its checkpoints, snapshots and saved memory. Images stay.")
    private boolean overwriteDomain;

    @UriParam(label = "producer", defaultValue = "fail")
    @Metadata(description = "Restore only: what becomes of disks of the domain that are not in the backup or not"
                            + " restored. fail restores nothing; remove defines it without them; keep leaves them as they"
                            + " are. CD and floppy drives are not asked about.")
    private MissingDisks missingDisks = MissingDisks.fail;

    public boolean isDefine() {
        return define;
    }

    public void setDefine(boolean define) {
        this.define = define;
    }

    public boolean isStart() {
        return start;
    }

    public void setStart(boolean start) {
        this.start = start;
    }

    public String getNewName() {
        return newName;
    }

    public void setNewName(String newName) {
        this.newName = newName;
    }

    public String getNewUuid() {
        return newUuid;
    }

    public void setNewUuid(String newUuid) {
        this.newUuid = newUuid;
    }

    public boolean isOverwriteDomain() {
        return overwriteDomain;
    }

    public void setOverwriteDomain(boolean overwriteDomain) {
        this.overwriteDomain = overwriteDomain;
    }

    public MissingDisks getMissingDisks() {
        return missingDisks;
    }

    public void setMissingDisks(MissingDisks missingDisks) {
        this.missingDisks = missingDisks;
    }
}
