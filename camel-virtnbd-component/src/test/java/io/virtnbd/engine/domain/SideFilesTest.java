/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.engine.backup.SideFile;
import io.virtnbd.engine.backup.SideFileKind;
import io.virtnbd.libvirt.DomainDefinition;
import io.virtnbd.libvirt.DomainDisk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SideFilesTest {

    @TempDir
    private Path directory;
    private final SideFiles files = new SideFiles("web1", "p.3", true);

    private static DomainDefinition definition(Path loader, Path nvram, Path kernel, Path initrd) {
        return new DomainDefinition("web1", "uuid", List.of(), path(loader), path(nvram), path(kernel), path(initrd), false);
    }

    private static Optional<String> path(Path file) {
        return Optional.ofNullable(file).map(Path::toString);
    }

    private Path file(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private static String content(SideFile file) throws IOException {
        try (InputStream stream = file.content().open()) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void namesAndKeepsWhatThereIs() throws Exception {
        files.domainXml("<domain name='ü'/>");
        files.checkpointXml("<domaincheckpoint/>");
        files.bootFiles(definition(file("CODE.fd", "code"), file("VARS.fd", "vars"), file("vmlinuz", "kernel"),
                file("initrd.img", "ram")));

        assertThat(files.list()).extracting(SideFile::name).containsExactly("vmconfig.p.3.xml", "checkpoints/p.3.xml",
                "CODE.fd.p.3", "VARS.fd.p.3", "vmlinuz.p.3", "initrd.img.p.3");
        assertThat(files.list()).extracting(SideFile::kind).containsExactly(SideFileKind.DOMAIN_XML,
                SideFileKind.CHECKPOINT_XML, SideFileKind.LOADER, SideFileKind.NVRAM, SideFileKind.KERNEL, SideFileKind.INITRD);
        assertThat(content(files.list().get(0))).isEqualTo("<domain name='ü'/>");
        assertThat(files.list().get(0).content().length()).hasValue(19);
        for (int again = 0; again < 2; again++) {
            assertThat(content(files.list().get(4))).isEqualTo("kernel");
            assertThat(content(files.list().get(5))).isEqualTo("ram");
        }
        assertThat(files.list()).allMatch(file -> file.disk().isEmpty());
    }

    @Test
    void aDomainWithoutThemHasNone() throws Exception {
        files.bootFiles(definition(null, null, null, null));
        assertThat(files.list()).isEmpty();
    }

    @Test
    void keepsTheVariablesAsTheyWereWhenTheBackupBegan() throws Exception {
        Path nvram = file("VARS.fd", "before");
        files.bootFiles(definition(null, nvram, null, null));
        Files.writeString(nvram, "afterwards");
        assertThat(content(files.list().get(0))).isEqualTo("before");
    }

    @Test
    void variablesThatAreNotMadeYetAreLeftOut() throws Exception {
        files.bootFiles(definition(file("CODE.fd", "code"), directory.resolve("VARS.fd"), null, null));
        assertThat(files.list()).extracting(SideFile::kind).containsExactly(SideFileKind.LOADER);
    }

    @Test
    void filesOfOneNameFromTwoDirectoriesGetTwoNames() throws Exception {
        files.bootFiles(definition(file("a/boot", "loader"), file("b/boot", "nvram"), file("c/boot", "kernel"),
                file("d/boot", "initrd")));
        assertThat(files.list()).extracting(SideFile::name).doesNotHaveDuplicates().startsWith("boot.p.3");
        assertThat(content(files.list().get(2))).isEqualTo("kernel");
    }

    @ParameterizedTest
    @EnumSource(names = {"LOADER", "KERNEL", "INITRD"})
    void whatIsMissingIsNamedWithItsDomain(SideFileKind kind) {
        Path missing = directory.resolve("missing");
        DomainDefinition definition = definition(kind == SideFileKind.LOADER ? missing : null, null,
                kind == SideFileKind.KERNEL ? missing : null, kind == SideFileKind.INITRD ? missing : null);
        assertThatThrownBy(() -> files.bootFiles(definition)).isInstanceOf(IOException.class)
                .hasMessageContainingAll("web1", kind.label(), missing.toString());
    }

    @Test
    void nothingIsReadOfAnotherHost() throws Exception {
        SideFiles remote = new SideFiles("web1", "p.3", false);
        remote.domainXml("<domain/>");
        remote.imageInfo(new DomainDisk("vda", "disk", "file", "qcow2", Optional.of("/images/vda"), false));
        remote.bootFiles(definition(file("CODE.fd", "code"), file("VARS.fd", "vars"), directory.resolve("vmlinuz"), null));
        assertThat(remote.list()).extracting(SideFile::kind).containsExactly(SideFileKind.DOMAIN_XML);
    }

    @Test
    void aDiskWithoutAnImageHasNoInformation() throws Exception {
        files.imageInfo(new DomainDisk("vda", "disk", "network", "raw", Optional.empty(), false));
        assertThat(files.list()).isEmpty();
    }
}
