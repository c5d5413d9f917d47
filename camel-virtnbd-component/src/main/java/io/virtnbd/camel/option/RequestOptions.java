/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.chain.Until;
import io.virtnbd.nbd.protocol.NbdUri;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Message;

/**
 * The options of one request: those of the endpoint, where no header of the message says otherwise. The names of domain and
 * disk are taken from headers only where the endpoint has none. What is no value of its option is refused with an
 * {@link IllegalArgumentException} when it is asked for.
 */
public final class RequestOptions {

    private static final List<String> OPTION_HEADERS = List.of(VirtNbdConstants.NBD_URI, VirtNbdConstants.DISKS,
            VirtNbdConstants.EXCLUDE_DISKS, VirtNbdConstants.UNIT,
            VirtNbdConstants.SEGMENT_SIZE, VirtNbdConstants.COMPRESSION, VirtNbdConstants.COMPRESSION_LEVEL,
            VirtNbdConstants.IMAGE, VirtNbdConstants.FORMAT, VirtNbdConstants.DIRECTORY, VirtNbdConstants.UNTIL,
            VirtNbdConstants.CHECK, VirtNbdConstants.OVERWRITE, VirtNbdConstants.NEW_NAME, VirtNbdConstants.STORE,
            VirtNbdConstants.COMPLETE);

    private final EndpointOptions endpoint;
    private final VirtNbdConfiguration configuration;
    private final Message message;

    /** @param message null where there is none, as for a scheduled backup */
    public RequestOptions(EndpointOptions endpoint, Message message) {
        this.endpoint = endpoint;
        this.configuration = endpoint.configuration();
        this.message = message;
    }

    /**
     * Takes the headers that override options from the message. Once they were obeyed they must not reach the next endpoint of
     * the route: a restore would write to the export that was the backup's source.
     */
    public static void removeOptionHeaders(Message message) {
        OPTION_HEADERS.forEach(message::removeHeader);
    }

    /** What the endpoint says, whatever the message does. */
    public EndpointOptions endpoint() {
        return endpoint;
    }

    /** The options of the endpoint, whatever the message says. */
    public VirtNbdConfiguration configuration() {
        return configuration;
    }

    /** What asks; empty for a scheduled backup. */
    public Optional<Message> message() {
        return Optional.ofNullable(message);
    }

    /** The header or, without one, the option. */
    public <T> T value(String header, Class<T> type, T option) {
        Object value = message == null ? null : message.getHeader(header);
        if (value == null) {
            return option;
        }
        T converted = endpoint.context().getTypeConverter().tryConvertTo(type, message.getExchange(), value);
        if (converted == null) {
            throw new IllegalArgumentException("header " + header + " is '" + value + "', expected "
                    + (type.isEnum() ? Arrays.toString(type.getEnumConstants()) : type.getSimpleName()));
        }
        return converted;
    }

    /** The header or, without one, the option; empty where that is blank. */
    public Optional<String> text(String header, String option) {
        return Optional.ofNullable(value(header, String.class, option)).filter(text -> !text.isBlank());
    }

    /**
     * What the endpoint says or, where it says nothing, the header. It is this way round for headers that also tell of results:
     * those of a step before must not redirect an endpoint that says what it means.
     */
    private Optional<String> named(String option, String header) {
        return Optional.ofNullable(option).filter(text -> !text.isBlank()).or(() -> text(header, null));
    }

    /** The export to read or to write, where it is one. */
    public Optional<NbdUri> nbdUri() {
        return text(VirtNbdConstants.NBD_URI, configuration.getNbdUri()).map(NbdUris::parse);
    }

    /** The domain, where the endpoint or the message says one: whose backups are read, where there are those of several. */
    public Optional<String> domainName() {
        return named(endpoint.name(), VirtNbdConstants.DOMAIN);
    }

    /** The disk, where the endpoint or the message says one. */
    public Optional<String> disk() {
        return named(configuration.getDisk(), VirtNbdConstants.DISK);
    }

    /** The names in the option disks. */
    public Optional<String> disks() {
        return text(VirtNbdConstants.DISKS, configuration.getDisks());
    }

    /** How a backup is cut into messages. */
    public BackupUnit unit() {
        return value(VirtNbdConstants.UNIT, BackupUnit.class, configuration.getUnit());
    }

    /** The directory that is read or, for a restore without another target, written. */
    public Optional<Path> directory() {
        return text(VirtNbdConstants.DIRECTORY, configuration.getDirectory()).map(Path::of);
    }

    /** The URI of the endpoint that reads a store. */
    public Optional<String> store() {
        return text(VirtNbdConstants.STORE, configuration.getStore());
    }

    /** Whether something else than the newest is wanted. */
    public boolean isUntil() {
        return !until().equals(Until.NEWEST);
    }

    /** What to end with. */
    public Until until() {
        return Until.parse(text(VirtNbdConstants.UNTIL, configuration.getUntil()).orElse(null));
    }

    /**
     * The name of the chain to read.
     *
     * @param header whether what a message has from the backup that it is of counts, too
     */
    public Optional<String> chain(boolean header) {
        return Optional.ofNullable(configuration.getChain()).filter(text -> !text.isBlank())
                .or(() -> header ? text(VirtNbdConstants.CHAIN, null) : Optional.empty());
    }
}
