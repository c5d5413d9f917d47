/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import static io.virtnbd.camel.option.VirtNbdOperation.backup;
import static io.virtnbd.camel.option.VirtNbdOperation.restore;
import static io.virtnbd.camel.option.VirtNbdOperation.retention;
import static io.virtnbd.camel.option.VirtNbdOperation.serve;
import static io.virtnbd.camel.option.VirtNbdOperation.synthesize;
import static io.virtnbd.camel.option.VirtNbdOperation.verify;

import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * Options that only some operations obey. Elsewhere they would be ignored without a word, and who has set {@code dryRun} or
 * {@code verify} relies on it. What the component has for all its endpoints is no mistake.
 */
public enum OptionScope {

    IMAGE("image", VirtNbdConfiguration::getImage, restore),
    NBD_URI("nbdUri", VirtNbdConfiguration::getNbdUri, backup, restore),
    OVERWRITE("overwrite", VirtNbdConfiguration::isOverwrite, restore),
    CHECK("check", VirtNbdConfiguration::getCheck, restore),
    VERIFY("verify", VirtNbdConfiguration::isVerify, restore),
    RESUME("resume", VirtNbdConfiguration::isResume, restore),
    JOURNAL("journal", VirtNbdConfiguration::getJournal, restore),
    COMPLETION("completion", VirtNbdConfiguration::getCompletion, restore),
    DEFINE("define", VirtNbdConfiguration::isDefine, restore),
    START("start", VirtNbdConfiguration::isStart, restore),
    NEW_NAME("newName", VirtNbdConfiguration::getNewName, restore),
    NEW_UUID("newUuid", VirtNbdConfiguration::getNewUuid, restore),
    OVERWRITE_DOMAIN("overwriteDomain", VirtNbdConfiguration::isOverwriteDomain, restore),
    MISSING_DISKS("missingDisks", VirtNbdConfiguration::getMissingDisks, restore),
    SOCKET("socket", VirtNbdConfiguration::getSocket, serve),
    HOST("host", VirtNbdConfiguration::getHost, serve),
    PORT("port", VirtNbdConfiguration::getPort, serve),
    EXPORT_NAME("exportName", VirtNbdConfiguration::getExportName, serve),
    SCRATCH("scratch", VirtNbdConfiguration::getScratch, serve),
    KEEP_SCRATCH("keepScratch", VirtNbdConfiguration::isKeepScratch, serve),
    SERVE_TLS("serveTls", VirtNbdConfiguration::isServeTls, serve),
    RECURSIVE("recursive", VirtNbdConfiguration::isRecursive, verify),
    PERCENT("percent", VirtNbdConfiguration::getPercent, verify),
    STATE_FILE("stateFile", VirtNbdConfiguration::getStateFile, verify),
    FAIL_ON_DAMAGE("failOnDamage", VirtNbdConfiguration::isFailOnDamage, verify),
    IN_PLACE("inPlace", VirtNbdConfiguration::isInPlace, synthesize),
    KEEP_LAST("keepLast", VirtNbdConfiguration::getKeepLast, retention),
    KEEP_DAILY("keepDaily", VirtNbdConfiguration::getKeepDaily, retention),
    KEEP_WEEKLY("keepWeekly", VirtNbdConfiguration::getKeepWeekly, retention),
    KEEP_MONTHLY("keepMonthly", VirtNbdConfiguration::getKeepMonthly, retention),
    SYNTHESIZE("synthesize", VirtNbdConfiguration::isSynthesize, retention),
    DRY_RUN("dryRun", VirtNbdConfiguration::isDryRun, retention);

    private final String option;
    private final Function<VirtNbdConfiguration, Object> value;
    private final Set<VirtNbdOperation> operations;

    OptionScope(String option, Function<VirtNbdConfiguration, Object> value, VirtNbdOperation... operations) {
        this.option = option;
        this.value = value;
        this.operations = EnumSet.copyOf(List.of(operations));
    }

    /**
     * Checks the options of an endpoint.
     *
     * @param common what the component has for all its endpoints
     * @throws IllegalArgumentException naming an option that the endpoint's operation would ignore
     */
    public static void check(EndpointOptions endpoint, VirtNbdConfiguration common) {
        for (OptionScope each : values()) {
            Object found = each.value.apply(endpoint.configuration());
            boolean own = !Objects.equals(found, each.value.apply(common)) && !"".equals(found);
            if (own && !each.operations.contains(endpoint.operation())) {
                throw new IllegalArgumentException("option " + each.option + " is '" + found + "', expected none with operation "
                        + endpoint.operation() + ": only " + names(each.operations) + " it");
            }
        }
    }

    private static String names(Set<VirtNbdOperation> operations) {
        List<String> names = operations.stream().map(Enum::name).toList();
        return String.join(" and ", names) + (names.size() == 1 ? " has" : " have");
    }
}
