/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;

/** Which backups are kept. */
@UriParams
public class RetentionConfiguration extends ServeConfiguration {
    @UriParam(label = "producer", defaultValue = "false")
    @Metadata(description = "Synthesize only: whether the new full replaces what was folded, in the directory where that is."
                            + " Else it is the body, as a backup.")
    private boolean inPlace;

    @UriParam(label = "producer", defaultValue = "0")
    @Metadata(description = "Retention only: how many of the newest points in time are kept.")
    private int keepLast;

    @UriParam(label = "producer", defaultValue = "0")
    @Metadata(description = "Retention only: of how many days the last point is kept. Days without a point do not count.")
    private int keepDaily;

    @UriParam(label = "producer", defaultValue = "0")
    @Metadata(description = "Retention only: of how many weeks, which begin on Mondays, the last point is kept.")
    private int keepWeekly;

    @UriParam(label = "producer", defaultValue = "0")
    @Metadata(description = "Retention only: of how many months the last point is kept.")
    private int keepMonthly;

    @UriParam(label = "producer", defaultValue = "false")
    @Metadata(description = "Retention only: whether increments that are older than what is kept of their chain are"
                            + " folded into a synthetic full, so that they can go.")
    private boolean synthesize;

    @UriParam(label = "producer", defaultValue = "false")
    @Metadata(description = "Retention only: whether it is only reported what would be deleted.")
    private boolean dryRun;

    public boolean isInPlace() {
        return inPlace;
    }

    public void setInPlace(boolean inPlace) {
        this.inPlace = inPlace;
    }

    public int getKeepLast() {
        return keepLast;
    }

    public void setKeepLast(int keepLast) {
        this.keepLast = keepLast;
    }

    public int getKeepDaily() {
        return keepDaily;
    }

    public void setKeepDaily(int keepDaily) {
        this.keepDaily = keepDaily;
    }

    public int getKeepWeekly() {
        return keepWeekly;
    }

    public void setKeepWeekly(int keepWeekly) {
        this.keepWeekly = keepWeekly;
    }

    public int getKeepMonthly() {
        return keepMonthly;
    }

    public void setKeepMonthly(int keepMonthly) {
        this.keepMonthly = keepMonthly;
    }

    public boolean isSynthesize() {
        return synthesize;
    }

    public void setSynthesize(boolean synthesize) {
        this.synthesize = synthesize;
    }

    public boolean isDryRun() {
        return dryRun;
    }

    public void setDryRun(boolean dryRun) {
        this.dryRun = dryRun;
    }
}
