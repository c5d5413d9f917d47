/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import java.util.HashMap;
import java.util.Map;

/** Ends with the program. */
final class StateInMemory implements VerificationState {

    private final Map<String, RotationState> saved = new HashMap<>();

    @Override
    public synchronized RotationState load(String store) {
        return saved.getOrDefault(store, RotationState.initial(store));
    }

    @Override
    public synchronized void save(RotationState state) {
        saved.put(state.store(), state);
    }
}
