/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import io.virtnbd.camel.VirtNbdEndpoint;
import io.virtnbd.camel.backup.ResultLevel;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.source.StreamSources;
import io.virtnbd.camel.store.EndpointStore;
import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.Level;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.Compression;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.engine.backup.BackupDate;
import io.virtnbd.engine.backup.DiskBackupOptions;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.engine.domain.RequestId;
import io.virtnbd.engine.machine.MachineOptions;
import io.virtnbd.engine.restore.ImageFormat;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.engine.synthetic.FoldOptions;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.store.BackupStore;
import io.virtnbd.store.DirectoryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * The options of one request: those of the endpoint, where no header of the message says otherwise. The names of domain and
 * disk are taken from headers only where the endpoint has none.
 */
final class RequestOptions {

    private static final List<String> OPTION_HEADERS = List.of(VirtNbdConstants.NBD_URI, VirtNbdConstants.DISKS,
            VirtNbdConstants.EXCLUDE_DISKS, VirtNbdConstants.UNIT,
            VirtNbdConstants.SEGMENT_SIZE, VirtNbdConstants.COMPRESSION, VirtNbdConstants.COMPRESSION_LEVEL,
            VirtNbdConstants.IMAGE, VirtNbdConstants.FORMAT, VirtNbdConstants.DIRECTORY, VirtNbdConstants.UNTIL,
            VirtNbdConstants.CHECK, VirtNbdConstants.OVERWRITE, VirtNbdConstants.NEW_NAME, VirtNbdConstants.STORE,
            VirtNbdConstants.COMPLETE);

    private final VirtNbdEndpoint endpoint;
    private final VirtNbdConfiguration configuration;
    private final Message message;

    /** @param message null where there is none, as for a scheduled backup */
    RequestOptions(VirtNbdEndpoint endpoint, Message message) {
        this.endpoint = endpoint;
        this.configuration = endpoint.getConfiguration();
        this.message = message;
    }

    /**
     * Takes the headers that override options from the message. Once they were obeyed they must not reach the next endpoint of
     * the route: a restore would write to the export that was the backup's source.
     */
    static void removeOptionHeaders(Message message) {
        OPTION_HEADERS.forEach(message::removeHeader);
    }

    <T> T value(String header, Class<T> type, T option) {
        Object value = message == null ? null : message.getHeader(header);
        if (value == null) {
            return option;
        }
        T converted = endpoint.getCamelContext().getTypeConverter().tryConvertTo(type, message.getExchange(), value);
        if (converted == null) {
            throw new IllegalArgumentException("header " + header + " is '" + value + "', expected "
                    + (type.isEnum() ? Arrays.toString(type.getEnumConstants()) : type.getSimpleName()));
        }
        return converted;
    }

    private Optional<String> text(String header, String option) {
        return Optional.ofNullable(value(header, String.class, option)).filter(text -> !text.isBlank());
    }

    Optional<NbdUri> nbdUri() {
        return text(VirtNbdConstants.NBD_URI, configuration.getNbdUri()).map(NbdUris::parse);
    }

    /**
     * What the endpoint says or, where it says nothing, the header. It is this way round for headers that also tell of results:
     * those of a step before must not redirect an endpoint that says what it means.
     */
    private Optional<String> named(String option, String header) {
        return Optional.ofNullable(option).filter(text -> !text.isBlank()).or(() -> text(header, null));
    }

    Optional<String> disk() {
        return named(configuration.getDisk(), VirtNbdConstants.DISK);
    }

    /** The names in the option disks. */
    Optional<String> disks() {
        return text(VirtNbdConstants.DISKS, configuration.getDisks());
    }

    Optional<String> excludedDisks() {
        return text(VirtNbdConstants.EXCLUDE_DISKS, configuration.getExcludeDisks());
    }

    /** The level to back up at. What a backup before has left in the message is no request. */
    BackupLevel level() {
        if (configuration.getLevel() != null) {
            return configuration.getLevel();
        }
        boolean result = message != null && ResultLevel.isResult(message.getHeader(VirtNbdConstants.LEVEL));
        return result ? BackupLevel.auto : value(VirtNbdConstants.LEVEL, BackupLevel.class, BackupLevel.auto);
    }

    /**
     * What the message says that it is known by.
     *
     * @throws IllegalArgumentException if that can be no id
     */
    Optional<String> requestId() {
        return Optional.ofNullable(value(VirtNbdConstants.REQUEST_ID, String.class, null))
                .map(id -> RequestId.check("header " + VirtNbdConstants.REQUEST_ID, id));
    }

    /** How the disk of a bare export is called. */
    private String exportedDisk() {
        return disks().or(this::disk).orElse("vda");
    }

    Optional<Path> image() {
        return text(VirtNbdConstants.IMAGE, configuration.getImage()).map(Path::of);
    }

    Optional<Path> directory() {
        return text(VirtNbdConstants.DIRECTORY, configuration.getDirectory()).map(Path::of);
    }

    /**
     * Where the backups of a request are: a store, or else the directory of an option or a header, or else the body where it is
     * one. Empty where the body is something else, streams for example. A request needs one of them only, which keeps what it has
     * listed.
     */
    Optional<BackupStore> backups(Exchange exchange) {
        return store().or(() -> directory().map(DirectoryStore::new)).or(() -> directoryInBody(exchange));
    }

    /** The same for a request whose directory is a target. */
    Optional<BackupStore> backupsBesideTarget(Exchange exchange) {
        return store().or(() -> directoryInBody(exchange));
    }

    private Optional<BackupStore> store() {
        return text(VirtNbdConstants.STORE, configuration.getStore())
                .map(uri -> new EndpointStore(endpoint.getCamelContext(), uri));
    }

    private static Optional<BackupStore> directoryInBody(Exchange exchange) {
        return StreamSources.directory(exchange.getMessage().getBody()).map(DirectoryStore::new);
    }

    boolean isUntil() {
        return !until().equals(Until.NEWEST);
    }

    /** What to end with. */
    Until until() {
        return Until.parse(text(VirtNbdConstants.UNTIL, configuration.getUntil()).orElse(null));
    }

    /**
     * The name of the chain to read.
     *
     * @param header whether what a message has from the backup that it is of counts, too
     */
    Optional<String> chain(boolean header) {
        return Optional.ofNullable(configuration.getChain()).filter(text -> !text.isBlank())
                .or(() -> header ? text(VirtNbdConstants.CHAIN, null) : Optional.empty());
    }

    /** What is checked before the first write. */
    RestoreCheck check() {
        return value(VirtNbdConstants.CHECK, RestoreCheck.class, configuration.getCheck());
    }

    boolean overwrite() {
        return value(VirtNbdConstants.OVERWRITE, Boolean.class, configuration.isOverwrite());
    }

    MachineOptions machine() {
        return new MachineOptions(configuration.isStart(), text(VirtNbdConstants.NEW_NAME, configuration.getNewName()),
                Optional.ofNullable(configuration.getNewUuid()), configuration.isOverwriteDomain(), overwrite(),
                configuration.getMissingDisks().policy());
    }

    BackupUnit unit() {
        return value(VirtNbdConstants.UNIT, BackupUnit.class, configuration.getUnit());
    }

    /** The format that was asked for. */
    Optional<ImageFormat> format() {
        return text(VirtNbdConstants.FORMAT, configuration.getFormat()).map(format -> switch (format) {
            case "qcow2" -> ImageFormat.QCOW2;
            case "raw" -> ImageFormat.RAW;
            default -> throw new IllegalArgumentException("format is '" + format + "', expected qcow2 or raw");
        });
    }

    /** The format for an image of that name. */
    ImageFormat format(Path image) {
        String name = image.getFileName().toString().toLowerCase(Locale.ROOT);
        return format().orElse(name.endsWith(".raw") || name.endsWith(".img") ? ImageFormat.RAW : ImageFormat.QCOW2);
    }

    String checkpointPrefix() {
        return configuration.getCheckpointPrefix();
    }

    Compression compression() {
        CompressionMethod method = value(VirtNbdConstants.COMPRESSION, CompressionMethod.class, configuration.getCompression());
        int level = value(VirtNbdConstants.COMPRESSION_LEVEL, Integer.class, configuration.getCompressionLevel());
        return method == CompressionMethod.lz4 ? Compression.lz4(level) : Compression.NONE;
    }

    ProgressListener progress() {
        return configuration.getProgressListener() == null ? ProgressListener.NONE : configuration.getProgressListener();
    }

    NbdClientOptions client() throws GeneralSecurityException, IOException {
        SSLContext sslContext = configuration.getSslContextParameters() == null ? null
                : configuration.getSslContextParameters().createSSLContext(endpoint.getCamelContext());
        return NbdClientOptions.builder()
                .connectTimeout(Duration.ofMillis(configuration.getConnectTimeout()))
                .requestTimeout(Duration.ofMillis(configuration.getRequestTimeout()))
                // a reply that is all that is awaited may take as long as the option says, too
                .idleTimeout(Duration.ofMillis(configuration.getRequestTimeout()))
                .connections(configuration.getConnections())
                .pipelineDepth(configuration.getPipelineDepth())
                .sslContext(sslContext)
                .build();
    }

    /** What the backup of a bare export is called. */
    String exportName() {
        return domainName()
                .or(() -> nbdUri().map(NbdUri::exportName).filter(export -> !export.isEmpty())).orElse("disk");
    }

    /** The domain, where the endpoint or the message says one: whose backups are read, where there are those of several. */
    Optional<String> domainName() {
        return named(endpoint.getName(), VirtNbdConstants.DOMAIN);
    }

    /** What to fold, and how. */
    FoldOptions fold(ProgressListener listener) throws GeneralSecurityException, IOException {
        return new FoldOptions(domainName(), until(), reading(listener));
    }

    /** Name or UUID of the domain to back up; a pattern only where there is no message. */
    String domain() {
        String domain = domainName().orElseThrow(() -> new IllegalArgumentException(
                "backup needs a domain: its name in the endpoint's URI, as in virtnbd:backup:vm1, or the header "
                        + VirtNbdConstants.DOMAIN + "; for a bare export it needs the option nbdUri or the header "
                        + VirtNbdConstants.NBD_URI));
        BackupFileNames.manifest(domain, configuration.getCheckpointPrefix() + ".0");
        if (message != null) {
            OptionRules.requireOneDomain(domain);
        }
        return domain;
    }

    /** Which domains to list: by default all. */
    String domainPattern() {
        return domainName().orElse("*");
    }

    /** A backup of a bare export: a copy without a parent, whose checkpoint is always the first. */
    DiskBackupOptions backup(ProgressListener listener) throws GeneralSecurityException, IOException {
        if (level() != BackupLevel.auto && level() != BackupLevel.copy) {
            throw new IllegalArgumentException("level is '" + level() + "', expected auto or copy: a bare export has no"
                    + " checkpoints");
        }
        String checkpoint = configuration.getCheckpointPrefix() + ".0";
        BackupFileNames.manifest(exportName(), checkpoint);
        BackupFileNames.stream(exportedDisk(), Level.COPY, checkpoint, 0);
        return new DiskBackupOptions(nbdUri().orElseThrow(), exportedDisk(), "qcow2", Level.COPY, Optional.empty(), checkpoint,
                "", BackupDate.now(), "", reading(listener));
    }

    DiskBackupOptions backup() throws GeneralSecurityException, IOException {
        return backup(progress());
    }

    DiskReadOptions reading(ProgressListener listener) throws GeneralSecurityException, IOException {
        String segmentSize = value(VirtNbdConstants.SEGMENT_SIZE, String.class, configuration.getSegmentSize());
        return new DiskReadOptions(client(), compression(), ByteSize.parse("segmentSize", segmentSize),
                Math.toIntExact(ByteSize.parse("requestSize", configuration.getRequestSize())), listener);
    }

    RestoreOptions restoreTo(Path image) throws GeneralSecurityException, IOException {
        return restore(RestoreOptions.toImage(image, format(image)).withOverwrite(overwrite()));
    }

    RestoreOptions restoreTo(NbdUri uri) throws GeneralSecurityException, IOException {
        return restore(RestoreOptions.toExport(uri));
    }

    private RestoreOptions restore(RestoreOptions target) throws GeneralSecurityException, IOException {
        return target.withClient(client()).withProgress(progress()).withResume(configuration.isResume())
                .withVerify(configuration.isVerify())
                .withJournal(journal().orElse(null));
    }

    /** The file that keeps how far a restore has come, where it was named. */
    Optional<Path> journal() {
        return Optional.ofNullable(configuration.getJournal()).filter(file -> !file.isBlank()).map(Path::of);
    }

    /** Whether the image is created with the options of the original one. */
    boolean originalOptions() {
        return configuration.isOriginalOptions();
    }

    RestoreCompletion completion() {
        return configuration.getCompletion();
    }

    int concurrentDisks() {
        return configuration.getConcurrentDisks();
    }
}
