/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.SoftAssertions;

/** What each package may use. */
@AnalyzeClasses(packages = "io.virtnbd", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** Exactly: a row that allows what nobody uses is wrong too. */
    @ArchTest
    static void packagesUseWhatTheTableOfTheDesignSays(JavaClasses classes) throws IOException {
        Map<String, Set<String>> documented = PackageUses.documented();
        Map<String, Set<String>> found = PackageUses.found(classes);

        assertThat(documented.keySet()).as("packages in the table").containsExactlyInAnyOrderElementsOf(found.keySet());
        SoftAssertions all = new SoftAssertions();
        documented.forEach((name, uses) -> all.assertThat(found.get(name)).as("what %s uses", name)
                .containsExactlyInAnyOrderElementsOf(uses));
        all.assertAll();
    }

    /** So there are no cycles. */
    @ArchTest
    static void packagesUseOnlyThoseAboveThemInTheTable(JavaClasses classes) throws IOException {
        Set<String> above = new TreeSet<>();
        SoftAssertions all = new SoftAssertions();
        PackageUses.documented().forEach((name, uses) -> {
            all.assertThat(above).as("packages above %s", name).containsAll(uses);
            above.add(name);
        });
        all.assertAll();
    }

    @ArchTest
    static final ArchRule theProtocolDoesNoInputOrOutput = noClasses().that().resideInAPackage("io.virtnbd.nbd.protocol..")
            .should().dependOnClassesThat().resideInAnyPackage("java.nio.channels..", "java.net..", "java.nio.file.spi..");

    @ArchTest
    static final ArchRule onlyLibvirtKnowsItsBindings = noClasses().that().resideOutsideOfPackage("io.virtnbd.libvirt..")
            .should().dependOnClassesThat().resideInAPackage("org.libvirt..");

    @ArchTest
    static final ArchRule onlyTheComponentKnowsCamel = noClasses().that().resideOutsideOfPackage("io.virtnbd.camel..")
            .should().dependOnClassesThat().resideInAPackage("org.apache.camel..");
}
