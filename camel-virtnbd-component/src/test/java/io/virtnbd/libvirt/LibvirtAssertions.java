/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

final class LibvirtAssertions {

    private LibvirtAssertions() {
    }

    /** That a call fails with an exception of that kind. */
    static AbstractThrowableAssert<?, ? extends Throwable> assertFails(LibvirtCallException.Kind kind, ThrowingCallable call) {
        return assertThatThrownBy(call).isInstanceOfSatisfying(LibvirtCallException.class, failure ->
                org.assertj.core.api.Assertions.assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind));
    }
}
