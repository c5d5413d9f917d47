/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;

/** How backups are verified. */
@UriParams
public class VerifyConfiguration extends RetentionConfiguration {
    @UriParam(label = "producer", defaultValue = "false")
    @Metadata(description = "Verify only, of a directory or a store: whether each directory with backups in it and below is"
                            + " verified on its own. One that is damaged does not keep the others from it; then the exchange"
                            + " fails with all.")
    private boolean recursive;

    @UriParam(label = "producer", defaultValue = "100")
    @Metadata(description = "Verify only, of a directory or a store: how many of a hundred bytes are read in a run, 1 to 100."
                            + " The next runs read the others in turn, so that each stream is read at least once in any 100 /"
                            + " percent runs, rounded up. Chains, sizes, ends of streams and side files are checked in"
                            + " each run.")
    private int percent = 100;

    @UriParam(label = "producer")
    @Metadata(description = "Verify only, with percent: path of the file that keeps when what was read last. It is this store's"
                            + " alone. Without it that is known until the Camel context stops, and the turns begin anew.")
    private String stateFile;

    @UriParam(label = "producer", defaultValue = "true")
    @Metadata(description = "Verify only: whether the exchange fails with a DamagedBackupsException where something is damaged."
                            + " Else the report in the body has the status damaged.")
    private boolean failOnDamage = true;

    public boolean isRecursive() {
        return recursive;
    }

    public void setRecursive(boolean recursive) {
        this.recursive = recursive;
    }

    public int getPercent() {
        return percent;
    }

    public void setPercent(int percent) {
        this.percent = percent;
    }

    public String getStateFile() {
        return stateFile;
    }

    public void setStateFile(String stateFile) {
        this.stateFile = stateFile;
    }

    public boolean isFailOnDamage() {
        return failOnDamage;
    }

    public void setFailOnDamage(boolean failOnDamage) {
        this.failOnDamage = failOnDamage;
    }
}
