/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import io.virtnbd.libvirt.DomainDefinition;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtCallException.Kind;
import io.virtnbd.libvirt.LibvirtConnection;
import io.virtnbd.libvirt.LibvirtDomain;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** A libvirt daemon that keeps definitions in memory, and fails where it is told to. */
final class FakeHost implements LibvirtConnection {

    /** By UUID. */
    final Map<String, FakeMachine> machines = new LinkedHashMap<>();
    final List<String> calls = new ArrayList<>();
    /** Makes a definition fail. */
    Refusal refusal = (xml, validate) -> { };
    LibvirtCallException startFailure;

    interface Refusal {

        void define(String xml, boolean validate) throws LibvirtCallException;
    }

    /** What is known of a domain. */
    static final class FakeMachine {

        String name;
        String uuid;
        String xml;
        boolean active;
        final Map<String, String> checkpoints = new LinkedHashMap<>();
    }

    FakeMachine named(String name) {
        return machines.values().stream().filter(machine -> machine.name.equals(name)).findFirst().orElse(null);
    }

    @Override
    public List<String> domainNames() {
        return List.copyOf(new TreeSet<>(machines.values().stream().map(machine -> machine.name).toList()));
    }

    @Override
    public LibvirtDomain domain(String nameOrUuid) throws LibvirtCallException {
        FakeMachine machine = named(nameOrUuid) == null ? machines.get(nameOrUuid) : named(nameOrUuid);
        if (machine == null) {
            throw new LibvirtCallException(Kind.NO_DOMAIN, nameOrUuid, null);
        }
        return handle(machine);
    }

    @Override
    public LibvirtDomain define(String xml, boolean validate) throws LibvirtCallException {
        DomainDefinition definition = DomainDefinition.parse(xml);
        calls.add("define " + definition.name());
        refusal.define(xml, validate);
        FakeMachine named = named(definition.name());
        if (named != null && !named.uuid.equals(definition.uuid())
                || machines.containsKey(definition.uuid()) && named == null) {
            throw new LibvirtCallException(Kind.OTHER, "domain exists", null);
        }
        FakeMachine machine = machines.computeIfAbsent(definition.uuid(), uuid -> new FakeMachine());
        machine.name = definition.name();
        machine.uuid = definition.uuid();
        machine.xml = xml;
        return handle(machine);
    }

    private LibvirtDomain handle(FakeMachine machine) {
        return (LibvirtDomain) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {LibvirtDomain.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "name" -> machine.name;
                    case "uuid" -> machine.uuid;
                    case "isActive" -> machine.active;
                    case "inactiveXml" -> machine.xml;
                    case "checkpoints" -> List.copyOf(machine.checkpoints.keySet());
                    case "checkpointXml" -> machine.checkpoints.get((String) arguments[0]);
                    case "redefineCheckpoint" -> {
                        machine.checkpoints.put("again", (String) arguments[0]);
                        yield null;
                    }
                    case "undefine" -> {
                        calls.add("undefine " + machine.name);
                        machines.remove(machine.uuid);
                        yield null;
                    }
                    case "start" -> {
                        calls.add("start " + machine.name);
                        if (startFailure != null) {
                            throw startFailure;
                        }
                        machine.active = true;
                        yield null;
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @Override
    public boolean isAlive() {
        return true;
    }

    @Override
    public void close() {
    }
}
