/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What each package may use. */
@AnalyzeClasses(packages = "io.virtnbd", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule packagesUseOnlyThoseBelowThem = layeredArchitecture().consideringOnlyDependenciesInLayers()
            .layer("extent").definedBy("io.virtnbd.extent..")
            .layer("nbd").definedBy("io.virtnbd.nbd..")
            .layer("sparsestream").definedBy("io.virtnbd.sparsestream..")
            .layer("store").definedBy("io.virtnbd.store..")
            .layer("chain").definedBy("io.virtnbd.chain..")
            .layer("libvirt").definedBy("io.virtnbd.libvirt..")
            .layer("engine").definedBy("io.virtnbd.engine..")
            .layer("camel").definedBy("io.virtnbd.camel..")
            .whereLayer("extent").mayNotAccessAnyLayer()
            .whereLayer("nbd").mayOnlyAccessLayers("extent")
            .whereLayer("sparsestream").mayOnlyAccessLayers("extent")
            .whereLayer("chain").mayOnlyAccessLayers("sparsestream", "store", "extent")
            .whereLayer("store").mayNotAccessAnyLayer()
            .whereLayer("libvirt").mayNotAccessAnyLayer()
            .whereLayer("engine").mayOnlyAccessLayers("libvirt", "chain", "store", "sparsestream", "nbd", "extent")
            .whereLayer("camel").mayOnlyAccessLayers("engine", "libvirt", "chain", "store", "sparsestream", "nbd", "extent");

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles = slices().matching("io.virtnbd.(**)").should().beFreeOfCycles();

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
