/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import io.virtnbd.camel.domain.EndpointDomains;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.MachineConfiguration;
import io.virtnbd.chain.Chain;
import io.virtnbd.engine.machine.DefinedDomain;
import io.virtnbd.engine.machine.DomainRestore;
import io.virtnbd.engine.machine.RestoredDisk;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.libvirt.LibvirtConnection;
import io.virtnbd.store.BackupStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Message;

/** Brings the domain of one restored backup set back, where that was asked for. */
final class MachineRestore {

    private final RestoreRequest request;
    private final EndpointDomains domains;
    private DomainRestore checked;

    MachineRestore(RestoreRequest request, EndpointDomains domains) {
        this.request = request;
        this.domains = domains;
    }

    /** Whether the restores of an endpoint define domains. */
    static boolean isAskedFor(MachineConfiguration configuration) {
        return configuration.isDefine() || configuration.isStart();
    }

    private boolean isAskedFor() {
        return isAskedFor(request.options().configuration());
    }

    /** To be called where what is restored is no set. */
    void checkNoSet() {
        if (isAskedFor()) {
            throw new IllegalArgumentException("define needs a backup set, as the definition of the domain is in it: a directory as"
                    + " the body or, with image or nbdUri, as the option directory; found single streams");
        }
    }

    /**
     * To be called before the first write.
     *
     * @param set     with the files of the backup
     * @param chains  of the disks
     * @param targets where each goes, by the disk
     */
    void check(BackupStore set, List<Chain> chains, Map<String, RestoreOptions> targets) throws IOException {
        if (!isAskedFor()) {
            return;
        }
        Map<String, RestoredDisk> disks = new LinkedHashMap<>();
        targets.forEach((disk, target) -> disks.put(disk, disk(target)));
        try (LibvirtConnection connection = domains.host().connect()) {
            checked = DomainRestore.check(connection, set, chains, disks, request.machine());
        }
    }

    private static RestoredDisk disk(RestoreOptions target) {
        if (target.nbdUri() != null) {
            return RestoredDisk.export(target.nbdUri());
        }
        Path image = target.image();
        String format = target.format().name().toLowerCase(Locale.ROOT);
        boolean device = Files.exists(image) && !Files.isRegularFile(image) && !Files.isDirectory(image);
        return device ? RestoredDisk.device(image, format) : RestoredDisk.image(image, format);
    }

    /** To be called when all disks are there. The header of the domain's name becomes that of the domain which was defined. */
    void define(Message message) throws IOException {
        if (checked == null) {
            return;
        }
        try (LibvirtConnection connection = domains.host().connect()) {
            DefinedDomain defined = checked.define(connection);
            message.setHeader(VirtNbdConstants.DOMAIN, defined.name());
        }
    }
}
