/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Qcow2OptionsTest {

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "{'format':'qcow2','cluster-size':131072,'backing-filename':'/x','encrypted':true,'format-specific':{'data':{'compat':'1.1',"
                + "'lazy-refcounts':true,'refcount-bits':8,'extended-l2':true,'data-file':'/x','encrypt':{'format':'luks'}}}};"
                + "compat=1.1,cluster_size=131072,extended_l2=on,refcount_bits=8,lazy_refcounts=on",
        "{'format':'qcow2','cluster-size':4096,'format-specific':{'data':{'compat':'0.10','refcount-bits':16}}};"
                + "compat=0.10,cluster_size=4096",
        "{'format':'qcow2','cluster-size':4097,'format-specific':{'data':{'compat':'1.1,preallocation=full','refcount-bits':128}}};''",
        "{'format':'qcow2','cluster-size':4194304};''",
        "{'format':'raw','cluster-size':4096};''",
        "{};''", "[];''", "5;''", "'';''", "{;''"})
    void takesOverWhatConcernsTheFormatOnly(String info, String options) {
        assertThat(Qcow2Options.of(info.replace('\'', '"'))).isEqualTo(options);
    }
}
