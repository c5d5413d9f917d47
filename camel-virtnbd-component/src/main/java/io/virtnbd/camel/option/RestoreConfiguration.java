/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;

/** Where backups are, and what is restored from them and where to. */
@UriParams
public class RestoreConfiguration extends LibvirtConfiguration {
    @UriParam(label = "producer")
    @Metadata(description = "Restore only: path of the image to create, or of a block device to write, which needs"
                            + " overwrite.")
    private String image;

    @UriParam(label = "producer", enums = "qcow2,raw")
    @Metadata(description = "Restore only: format of the image. By default what the image's suffix says (.raw, .img,"
                            + " .qcow2), else qcow2. Images in qcow2 need the programs qemu-img and qemu-nbd.")
    private String format;

    @UriParam
    @Metadata(description = "With image or nbdUri: the directory of the backup set to restore; the body is not used. For"
                            + " a restore without these: the directory to create images in, each named as its disk with the"
                            + " format as suffix. For all operations but backup: the directory to read instead of the body.")
    private String directory;

    @UriParam
    @Metadata(description = "For all operations that read backups: the endpoint that lists and reads the files of a store"
                            + " that is no directory, such as kamelet:virtnbd-s3-store. The body is not used.")
    private String store;

    @UriParam
    @Metadata(description = "For all operations that read backups: name of the chain, as in the header CamelVirtNbdChain,"
                            + " where there are several in one place. By default the newest.")
    private String chain;

    @UriParam
    @Metadata(description = "For all operations that read backups: the checkpoint to end with, or a local date and time"
                            + " as in 2026-11-25T18:30, for the newest checkpoint of that time. By default the newest.")
    private String until;

    @UriParam(label = "producer", defaultValue = "false")
    @Metadata(description = "Restore only: whether an image that is there already is replaced, once the new one is"
                            + " complete, and whether a block device may be written.")
    private boolean overwrite;

    @UriParam(label = "producer", defaultValue = "full")
    @Metadata(description = "Restore only, from a directory or a store: what is checked before the first write. With full"
                            + " each stream is read to its end and compared with the checksums of the manifest; with"
                            + " structure only what takes no time, and the rest while it is restored.")
    private RestoreCheck check = RestoreCheck.full;

    @UriParam(label = "producer", defaultValue = "false")
    @Metadata(description = "Restore only: whether the restored disk is read again and compared with the streams before"
                            + " it is complete.")
    private boolean verify;

    @UriParam(label = "producer", defaultValue = "true")
    @Metadata(description = "Restore only: whether a restore that was interrupted goes on where it was, when the same"
                            + " streams are restored to the same target again.")
    private boolean resume = true;

    @UriParam(label = "producer,advanced")
    @Metadata(description = "Restore only: path of the file that keeps how far the restore has come. An image has one"
                            + " beside it by default, an export or a block device none.")
    private String journal;

    @UriParam(label = "producer", defaultValue = "2")
    @Metadata(description = "Restore only: most disks of a backup set that are restored at once.")
    private int concurrentDisks = 2;

    @UriParam(label = "producer", defaultValue = "message")
    @Metadata(description = "Restore only: when a restore is complete. With message each message has all streams of its"
                            + " disk or its set; with chain one message after the other brings a file, a segment or a frame"
                            + " to the same target, which is complete with the stream of the checkpoint that until names, or"
                            + " with a message with the header CamelVirtNbdComplete, or with the manifest of that checkpoint.")
    private RestoreCompletion completion = RestoreCompletion.message;

    @UriParam(label = "producer,advanced", defaultValue = "true")
    @Metadata(description = "Restore only, to qcow2: whether the image is created with the options of the original one,"
                            + " such as its cluster size, where the backup tells them.")
    private boolean originalOptions = true;

    public String getImage() {
        return image;
    }

    public void setImage(String image) {
        this.image = image;
    }

    public String getFormat() {
        return format;
    }

    public void setFormat(String format) {
        this.format = format;
    }

    public String getDirectory() {
        return directory;
    }

    public void setDirectory(String directory) {
        this.directory = directory;
    }

    public String getStore() {
        return store;
    }

    public void setStore(String store) {
        this.store = store;
    }

    public String getChain() {
        return chain;
    }

    public void setChain(String chain) {
        this.chain = chain;
    }

    public String getUntil() {
        return until;
    }

    public void setUntil(String until) {
        this.until = until;
    }

    public boolean isOverwrite() {
        return overwrite;
    }

    public void setOverwrite(boolean overwrite) {
        this.overwrite = overwrite;
    }

    public RestoreCheck getCheck() {
        return check;
    }

    public void setCheck(RestoreCheck check) {
        this.check = check;
    }

    public boolean isVerify() {
        return verify;
    }

    public void setVerify(boolean verify) {
        this.verify = verify;
    }

    public boolean isResume() {
        return resume;
    }

    public void setResume(boolean resume) {
        this.resume = resume;
    }

    public String getJournal() {
        return journal;
    }

    public void setJournal(String journal) {
        this.journal = journal;
    }

    public int getConcurrentDisks() {
        return concurrentDisks;
    }

    public void setConcurrentDisks(int concurrentDisks) {
        this.concurrentDisks = concurrentDisks;
    }

    public RestoreCompletion getCompletion() {
        return completion;
    }

    public void setCompletion(RestoreCompletion completion) {
        this.completion = completion;
    }

    public boolean isOriginalOptions() {
        return originalOptions;
    }

    public void setOriginalOptions(boolean originalOptions) {
        this.originalOptions = originalOptions;
    }
}
