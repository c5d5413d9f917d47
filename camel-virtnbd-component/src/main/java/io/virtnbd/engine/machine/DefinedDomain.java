/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

/**
 * A domain that was defined.
 *
 * @param name    its name
 * @param uuid    in lower case with hyphens
 * @param started whether it was started, too
 */
public record DefinedDomain(String name, String uuid, boolean started) {
}
