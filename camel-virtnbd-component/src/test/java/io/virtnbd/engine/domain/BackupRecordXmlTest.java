/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.Level;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupRecordXmlTest {

    private static final String DISK = "<disk target='vda' base='p.0' last='p.2' capacity='4096'/>";
    private static final BackupRecord RECORD = new BackupRecord("p", 0, 3, true, Optional.of(new CommittedChain("p.0", "p.2",
            List.of(new ChainDisk("vda", "p.0", "p.2", 4096, "/vm/web &1.qcow2"), new ChainDisk("vdb", "p.1", "p.1", Long.MAX_VALUE)))));

    private static final String REQUEST = "<request id='r1' level='inc' checkpoint='p.2' parent='p.1' chain='p.0'"
            + " date='2026-11-22T10:08:00.000000'/>";

    private static String chain(String attributes, String content) {
        return "<backups><chain " + attributes + ">" + content + "</chain></backups>";
    }

    private static String valid(String content) {
        return chain("prefix='p' first='0' highest='3' pending='false' full='p.0' last='p.2'", content);
    }

    private static List<BackupRecord> read(String xml) throws DomainBackupException {
        return BackupRecordXml.read("web1", xml);
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        List<BackupRecord> records = List.of(RECORD, BackupRecord.initial("f", 0).reserved(true),
                BackupRecord.initial("d", 0).reserved().differentialAt(1795342131),
                BackupRecord.initial("a.b_c-d", 17), BackupRecord.initial("<&\"'>", 0));

        assertThat(read(BackupRecordXml.write(records))).isEqualTo(records);
        assertThat(read(BackupRecordXml.write(List.of()))).isEmpty();
    }

    @Test
    void itIsReadWithTheNamespaceThatLibvirtPutsIn() throws Exception {
        String xml = BackupRecordXml.write(List.of(RECORD)).replaceAll("<(/?)(\\w)", "<$1v:$2")
                .replaceFirst("<v:backups", "<v:backups xmlns:v='urn:io.virtnbd:backups:1'");

        assertThat(read(xml)).containsExactly(RECORD);
    }

    @Test
    void whatLaterVersionsAddIsNotRead() throws Exception {
        String xml = "<?xml version='1.0'?><!-- by hand --><backups version='2'><other><chain prefix='x'/></other>"
                + "<chain prefix='p' first='0' highest='3' pending='false' full='p.0' last='p.2' owner='me'>"
                + "<note>one <b>two</b><c/></note>"
                + "<disk target='vda' base='p.0' last='p.2' capacity='1' path='/x'><a><b/></a></disk>"
                + "<disk target='vdb' base='p.1' last='p.1' capacity='2'/></chain></backups>";

        BackupRecord record = read(xml).get(0);

        assertThat(read(xml)).hasSize(1);
        assertThat(record.chain().orElseThrow().disks()).extracting(ChainDisk::target).containsExactly("vda", "vdb");
    }

    private static CommittedRequest request(String id, Level level, String parent) {
        return new CommittedRequest(id, level, "p.2", parent, "p.0", "2026-11-22T10:08:00.000000");
    }

    @Test
    void requestsAreReadBackWhateverCharactersTheirIdsHave() throws Exception {
        BackupRecord record = RECORD;
        for (String id : List.of("r1", " <&\"'>]]> ", "&lt;", "Bestellung Größe 東京 \uD83D\uDE00", "a\u00A0b", "x".repeat(200),
                "{\"a\":[1]}", "<!-- -->", "\u200B\uFFFD")) {
            record = record.carriedOut(request(RequestId.check("id", id), Level.INC, "p.1"));
        }
        record = record.carriedOut(request("of a full", Level.FULL, "")).carriedOut(request("of a copy", Level.COPY, ""))
                .carriedOut(request("of a differential", Level.DIFF, "p.0"));

        assertThat(read(BackupRecordXml.write(List.of(record)))).containsExactly(record);
        assertThat(BackupRecordXml.write(List.of(record))).contains("&lt;&amp;");
    }

    @Test
    void requestsAreReadInTheOrderOfTheirBackups() throws Exception {
        BackupRecord record = read(valid("<later/>" + REQUEST.replace("r1", "r0") + DISK + REQUEST)).get(0);

        assertThat(record.requests()).containsExactly(request("r0", Level.INC, "p.1"), request("r1", Level.INC, "p.1"));
        assertThat(record.chain().orElseThrow().disks()).hasSize(1);
    }

    @Test
    void aRecordFromBeforeThereWereRequestsIsReadAndWrittenAsItWas() throws Exception {
        BackupRecord record = read(valid(DISK)).get(0);

        assertThat(record.requests()).isEmpty();
        assertThat(BackupRecordXml.write(List.of(record))).doesNotContain("request", "differential");
    }

    @ParameterizedTest
    @ValueSource(strings = {"id='r1'", "level='inc'", "checkpoint='p.2'", "chain='p.0'", "date='2026-11-22T10:08:00.000000'"})
    void requestsThatLackSomethingAreRefused(String attribute) {
        assertThat(REQUEST).contains(attribute);
        assertThatThrownBy(() -> read(valid(DISK + REQUEST.replace(attribute, "")))).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining("request without " + attribute.substring(0, attribute.indexOf('=')));
    }

    @Test
    void requestsThatCannotBeAreRefused() {
        for (String requests : List.of(REQUEST + REQUEST, REQUEST.replace("'inc'", "'some'"), REQUEST.replace("p.2", "p.4"))) {
            assertThatThrownBy(() -> read(valid(DISK + requests))).as(requests).isInstanceOf(DomainBackupException.class)
                    .hasMessageContaining("domain web1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "backups", "<backups>", "<backups></chain></backups>", "<chains/>", "<backups/><backups/>",
        "<!DOCTYPE backups [<!ENTITY a 'b'>]><backups>&a;</backups>", "<backups>text</backups>"})
    void textThatIsNoRecordIsRefused(String xml) {
        assertThatThrownBy(() -> read(xml)).isInstanceOf(DomainBackupException.class)
                .hasMessageContainingAll("domain web1", "virsh metadata web1 " + BackupRecords.NAMESPACE);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "first='0' highest='3' pending='false'",
        "prefix='' first='0' highest='3' pending='false'",
        "prefix='p' first='x' highest='3' pending='false'",
        "prefix='p' first='0' highest='' pending='false'",
        "prefix='p' first='0' highest='99999999999999999999' pending='false'",
        "prefix='p' first='5' highest='3' pending='false'",
        "prefix='p' first='-1' highest='3' pending='false'",
        "prefix='p' first='0' highest='3' pending='maybe'",
        "prefix='p' first='0' highest='3' pending='false' frozen='maybe'",
        "prefix='p' first='0' highest='3'",
        "prefix='p' first='0' highest='3' pending='false' full='p.0'",
        "prefix='p' first='0' highest='3' pending='false' full='q.0' last='p.2'",
        "prefix='p' first='0' highest='1' pending='false' full='p.0' last='p.2'"})
    void numbersThatCannotBeAreRefused(String attributes) {
        assertThatThrownBy(() -> read(chain(attributes, DISK))).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining("domain web1");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "<disk base='p.0' last='p.2' capacity='4096'/>",
        "<disk target='vda' last='p.2' capacity='4096'/>",
        "<disk target='vda' base='p.0' capacity='4096'/>",
        "<disk target='vda' base='p.0' last='p.2'/>",
        "<disk target='vda' base='p.0' last='p.2' capacity='big'/>",
        "<disk target='vda' base='p.0' last='p.9' capacity='1'/>",
        DISK + DISK})
    void disksThatCannotBeAreRefused(String disks) {
        assertThatThrownBy(() -> read(valid(disks))).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining("domain web1");
    }

    @Test
    void aPrefixWithTwoChainsIsRefused() {
        String xml = valid(DISK).replace("</backups>", "") + valid(DISK).replace("<backups>", "");

        assertThatThrownBy(() -> read(xml)).isInstanceOf(DomainBackupException.class).hasMessageContaining("two chains");
    }

    @Test
    void damagedTextIsReadOrRefusedAndNothingElse() {
        Random random = new Random(42);
        String xml = BackupRecordXml.write(List.of(RECORD.carriedOut(request("r1", Level.INC, "p.1"))));
        for (int i = 0; i < 5000; i++) {
            StringBuilder damaged = new StringBuilder(xml);
            for (int n = random.nextInt(3); n >= 0; n--) {
                int at = random.nextInt(damaged.length());
                switch (random.nextInt(3)) {
                    case 0 -> damaged.setCharAt(at, (char) (32 + random.nextInt(96)));
                    case 1 -> damaged.deleteCharAt(at);
                    default -> damaged.insert(at, damaged.substring(at, Math.min(damaged.length(), at + random.nextInt(40))));
                }
            }
            try {
                read(damaged.toString());
            } catch (DomainBackupException e) {
                assertThat(e).hasMessageContaining("domain web1");
            }
        }
    }
}
