/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;

/** Which libvirt daemon a domain is at, and how the domain is backed up. */
@UriParams
public class LibvirtConfiguration extends NbdConfiguration {

    @UriParam(defaultValue = "qemu:///system")
    @Metadata(description = "Backup of a domain only: the URI of the libvirt daemon, as virsh takes it. Write RAW(...)"
                            + " around it where it has a plus sign after the scheme, a percent sign or an ampersand. Not"
                            + " used with nbdUri.")
    private String uri = "qemu:///system";
    @UriParam(label = "security", secret = true)
    @Metadata(description = "Name that the libvirt daemon asks for, where it asks for one.")
    private String username;
    @UriParam(label = "security", secret = true)
    @Metadata(description = "Password that the libvirt daemon asks for, where it asks for one.")
    private String password;
    @UriParam(defaultValue = "auto")
    @Metadata(description = "Backup of a domain only: what to cover. auto is inc where the chain can go on, and else full,"
                            + " which the header CamelVirtNbdReason explains; full is whole disks and the start of a"
                            + " chain; inc the changes since the last committed backup; diff those since the last full;"
                            + " copy whole disks apart from any chain.")
    private BackupLevel level;
    @UriParam
    @Metadata(description = "Backup of a domain only: target names of disks to leave out, separated by commas.")
    private String excludeDisks;
    @UriParam(defaultValue = "auto")
    @Metadata(description = "Backup of a domain only: whether the guest's file systems are frozen while the backup begins."
                            + " auto is where there is a guest agent, and goes on without when it fails; required fails"
                            + " the backup then.")
    private FreezeOption freeze = FreezeOption.auto;
    @UriParam(label = "advanced", defaultValue = "30000", javaType = "java.time.Duration")
    @Metadata(description = "Backup of a domain only: how long the guest agent may take for one answer.")
    private long freezeTimeout = 30_000;
    @UriParam(defaultValue = "0", javaType = "java.time.Duration")
    @Metadata(description = "Backup of a domain only: how long to wait for another backup of the domain to end. With 0 the"
                            + " backup fails at once then.")
    private long waitForDomain;
    @UriParam(defaultValue = "86400000", javaType = "java.time.Duration")
    @Metadata(description = "Backup only: how long a backup may take until all of it is delivered. Then it is ended and"
                            + " rolled back, and what is still being delivered fails. By default a day, so that a message"
                            + " that gets lost in a queue does not keep a backup open for ever. 0 is for as long as it"
                            + " takes.")
    private long backupTimeout = 86_400_000;
    @UriParam(label = "security", defaultValue = "false")
    @Metadata(description = "Backup of a domain only: whether the domain XML keeps passwords.")
    private boolean includeSecrets;
    @UriParam(label = "advanced", defaultValue = "/var/tmp")
    @Metadata(description = "Backup of a domain only: absolute directory on the domain's host for what the guest"
                            + " overwrites during the backup, and for the socket that serves the disks. It needs room for"
                            + " all that.")
    private String scratchDirectory = "/var/tmp";
    @UriParam(label = "advanced")
    @Metadata(description = "Backup of a domain only: address that the domain's host serves the disks on, over TCP. By"
                            + " default the host in uri or, where uri names none, a unix socket.")
    private String backupServerHost;
    @UriParam(label = "advanced", defaultValue = "10809")
    @Metadata(description = "Backup of a domain only: port that the disks are served on over TCP.")
    private int backupServerPort = 10809;
    @UriParam(label = "security", defaultValue = "false")
    @Metadata(description = "Backup of a domain only: whether the disks are served with TLS, with the host's certificates"
                            + " for backups. Only over TCP; sslContextParameters says what this side trusts.")
    private boolean backupServerTls;

    public String getUri() {
        return uri;
    }

    public void setUri(String uri) {
        this.uri = uri;
    }

    public String getUsername() {
        return username;
    }

    public void setUsername(String username) {
        this.username = username;
    }

    public String getPassword() {
        return password;
    }

    public void setPassword(String password) {
        this.password = password;
    }

    /** @return null where nothing was said, which is auto */
    public BackupLevel getLevel() {
        return level;
    }

    public void setLevel(BackupLevel level) {
        this.level = level;
    }

    public String getExcludeDisks() {
        return excludeDisks;
    }

    public void setExcludeDisks(String excludeDisks) {
        this.excludeDisks = excludeDisks;
    }

    public FreezeOption getFreeze() {
        return freeze;
    }

    public void setFreeze(FreezeOption freeze) {
        this.freeze = freeze;
    }

    public long getFreezeTimeout() {
        return freezeTimeout;
    }

    /** @param freezeTimeout in milliseconds */
    public void setFreezeTimeout(long freezeTimeout) {
        this.freezeTimeout = freezeTimeout;
    }

    public long getWaitForDomain() {
        return waitForDomain;
    }

    /** @param waitForDomain in milliseconds */
    public void setWaitForDomain(long waitForDomain) {
        this.waitForDomain = waitForDomain;
    }

    public long getBackupTimeout() {
        return backupTimeout;
    }

    /** @param backupTimeout in milliseconds */
    public void setBackupTimeout(long backupTimeout) {
        this.backupTimeout = backupTimeout;
    }

    public boolean isIncludeSecrets() {
        return includeSecrets;
    }

    public void setIncludeSecrets(boolean includeSecrets) {
        this.includeSecrets = includeSecrets;
    }

    public String getScratchDirectory() {
        return scratchDirectory;
    }

    public void setScratchDirectory(String scratchDirectory) {
        this.scratchDirectory = scratchDirectory;
    }

    public String getBackupServerHost() {
        return backupServerHost;
    }

    public void setBackupServerHost(String backupServerHost) {
        this.backupServerHost = backupServerHost;
    }

    public int getBackupServerPort() {
        return backupServerPort;
    }

    public void setBackupServerPort(int backupServerPort) {
        this.backupServerPort = backupServerPort;
    }

    public boolean isBackupServerTls() {
        return backupServerTls;
    }

    public void setBackupServerTls(boolean backupServerTls) {
        this.backupServerTls = backupServerTls;
    }
}
