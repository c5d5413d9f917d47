/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A domain, as long as the connection that found it is open. Safe for use by several threads. */
public interface LibvirtDomain {

    String name();

    /** In lower case with hyphens. */
    String uuid();

    boolean isActive() throws LibvirtCallException;

    boolean isPersistent() throws LibvirtCallException;

    /** The definition in force: of the running domain, or of the next start if it is off. Without secrets. */
    String xml() throws LibvirtCallException;

    /**
     * The definition of the next start, from which the domain can be defined again.
     *
     * @param secrets whether passwords are left in
     */
    String inactiveXml(boolean secrets) throws LibvirtCallException;

    /** Starts the domain. */
    void start() throws LibvirtCallException;

    /**
     * Forgets the definition, with what libvirt knows of checkpoints and snapshots, and with the memory that was saved at its end.
     * Images, with their bitmaps, the firmware's variables and, from libvirt 8.9 on, the state of a TPM stay. A domain that is
     * running goes on.
     */
    void undefine() throws LibvirtCallException;

    /** The element that was set for that namespace: of the running domain, or of the next start if it is off. */
    Optional<String> metadata(String namespace) throws LibvirtCallException;

    /**
     * Sets the element for that namespace, in the running domain and in its definition, as far as there are such.
     *
     * @param prefix of the namespace in the domain XML
     * @param xml    one element without that namespace; null removes what is there
     */
    void setMetadata(String namespace, String prefix, String xml) throws LibvirtCallException;

    /** Names of all checkpoints, parents before children. */
    List<String> checkpoints() throws LibvirtCallException;

    /**
     * A checkpoint's XML, from which it can be defined again: with the domain's definition at its time, without secrets.
     *
     * @throws LibvirtCallException {@link LibvirtCallException.Kind#NO_CHECKPOINT} if there is none of that name
     */
    String checkpointXml(String name) throws LibvirtCallException;

    /**
     * Defines a checkpoint whose bitmap is there already. On a domain that is off, nobody looks whether it is.
     *
     * @param xml as {@link #checkpointXml} gives it
     * @throws LibvirtCallException {@link LibvirtCallException.Kind#CHECKPOINT_INCONSISTENT} if a bitmap is missing or broken
     */
    void redefineCheckpoint(String xml) throws LibvirtCallException;

    /**
     * Deletes a checkpoint and its bitmaps.
     *
     * @return false if there was none of that name
     * @throws LibvirtCallException {@link LibvirtCallException.Kind#OPERATION_INVALID} if the domain is off;
     *                              {@link LibvirtCallException.Kind#CHECKPOINT_INCONSISTENT} if a bitmap is missing: then the
     *                              checkpoint and its other bitmaps stay, and it can only be forgotten
     */
    boolean deleteCheckpoint(String name) throws LibvirtCallException;

    /**
     * Deletes what libvirt knows of a checkpoint, and leaves its bitmaps.
     *
     * @return false if there was none of that name
     */
    boolean forgetCheckpoint(String name) throws LibvirtCallException;

    /**
     * Starts a pull backup and, in the same moment, creates a checkpoint, whose parent is the current one. After a failure the
     * checkpoint can be there nevertheless.
     *
     * @param job        with at least one disk
     * @param checkpoint with at least one disk, of those in the job; null for none
     * @throws LibvirtCallException {@link LibvirtCallException.Kind#JOB_RUNNING},
     *                              {@link LibvirtCallException.Kind#CHECKPOINT_EXISTS},
     *                              {@link LibvirtCallException.Kind#BITMAP_EXISTS};
     *                              {@link LibvirtCallException.Kind#NO_CHECKPOINT} or
     *                              {@link LibvirtCallException.Kind#CHECKPOINT_INCONSISTENT} for that of an incremental;
     *                              {@link LibvirtCallException.Kind#OPERATION_INVALID} if the domain is off
     */
    void beginBackup(BackupJob job, CheckpointDefinition checkpoint) throws LibvirtCallException;

    /** The backup job that is running, of whomever. */
    Optional<BackupJob> backupJob() throws LibvirtCallException;

    /** Whether any job is running that excludes a backup, such as a migration or a backup. */
    boolean hasJob() throws LibvirtCallException;

    /**
     * Ends the job that is running; returns when it has ended, which takes libvirt some 100 ms. Does nothing where none is
     * running.
     */
    void abortJob() throws LibvirtCallException;

    /**
     * Size of a disk as the guest sees it, in bytes.
     *
     * @param target for example {@code vda}
     */
    long capacity(String target) throws LibvirtCallException;

    /**
     * Sends a command to the guest agent.
     *
     * @param json    the command
     * @param timeout rounded up to seconds
     * @return the answer, as JSON
     * @throws LibvirtCallException {@link LibvirtCallException.Kind#AGENT} if there is no agent, or it fails or does not answer
     */
    String agentCommand(String json, Duration timeout) throws LibvirtCallException;
}
