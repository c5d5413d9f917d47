/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.store;

import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.ChannelSftp.LsEntry;
import com.jcraft.jsch.SftpATTRS;
import com.jcraft.jsch.SftpException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.component.file.remote.SftpEndpoint;

/**
 * The files below a directory of an SFTP server, as a store. Camel's consumers read no parts of files, and not several files side by
 * side; so only the options of an endpoint are Camel's, and each reading has a connection, which the next one finds open. Links are
 * passed over in lists. Safe for use by several threads.
 */
public final class SftpStore extends StoreProcessor {
    private final SftpConnections connections = new SftpConnections();
    private String endpoint;

    /** URI of an endpoint of the component sftp, whose login and directory are used. */
    public void setEndpoint(String endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    protected void doStart() {
        connections.start();
    }

    @Override
    protected void doStop() {
        connections.close();
    }

    private SftpEndpoint endpoint(CamelContext context) {
        return context.getEndpoint(endpoint, SftpEndpoint.class);
    }

    private static String path(SftpEndpoint endpoint, String name) {
        String directory = endpoint.getConfiguration().getDirectory();
        return directory.isEmpty() ? name : name.isEmpty() ? directory : directory.replaceFirst("/$", "") + "/" + name;
    }

    /** These stand for other characters in what is asked for. */
    private static String quoted(String path) {
        return path.replaceAll("[\\\\*?]", "\\\\$0");
    }

    @Override
    List<Map<String, Object>> list(CamelContext context, String prefix) throws IOException {
        SftpEndpoint server = endpoint(context);
        String below = prefix.substring(0, prefix.lastIndexOf('/') + 1);
        return call(server, below, connection -> {
            List<Map<String, Object>> files = new ArrayList<>();
            list(connection.channel(), server, below, files);
            connections.give(connection);
            return files;
        });
    }

    /** @param below empty, or with a slash at its end */
    private static void list(ChannelSftp channel, SftpEndpoint server, String below, List<Map<String, Object>> files)
            throws SftpException {
        String path = path(server, below);
        for (LsEntry entry : entries(channel, path.isEmpty() ? "." : quoted(path))) {
            String name = below + entry.getFilename();
            if (entry.getAttrs().isReg()) {
                files.add(file(name, entry.getAttrs().getSize(), tag(entry.getAttrs())));
            } else if (entry.getAttrs().isDir() && !entry.getFilename().equals(".") && !entry.getFilename().equals("..")) {
                list(channel, server, name + "/", files);
            }
        }
    }

    /** A directory that is not there, or was removed just now, has none. */
    private static List<LsEntry> entries(ChannelSftp channel, String path) throws SftpException {
        try {
            return channel.ls(path);
        } catch (SftpException e) {
            if (e.id == ChannelSftp.SSH_FX_NO_SUCH_FILE) {
                return List.of();
            }
            throw e;
        }
    }

    private static String tag(SftpATTRS attributes) {
        return attributes.getMTime() + "-" + attributes.getSize();
    }

    @Override
    InputStream open(CamelContext context, String name, String tag, Range range) throws IOException {
        SftpEndpoint server = endpoint(context);
        String path = quoted(path(server, name));
        return call(server, name, connection -> {
            SftpATTRS found = connection.channel().stat(path);
            if (tag != null && !tag.equals(tag(found))) {
                throw new IOException("file " + path(server, name) + ": expected the one that was listed, found another");
            }
            InputStream content = range == null ? connection.channel().get(path)
                    : connection.channel().get(path, null, range.start());
            return new SftpBody(connections, connection, content, range == null ? Long.MAX_VALUE : range.length());
        });
    }

    @Override
    void delete(CamelContext context, String name) throws IOException {
        SftpEndpoint server = endpoint(context);
        call(server, name, connection -> {
            connection.channel().rm(quoted(path(server, name)));
            connections.give(connection);
            return null;
        });
    }

    /** Works over a connection. One that was idle can be at its end, which is seen only now: then with a new one. */
    private <T> T call(SftpEndpoint server, String name, Work<T> work) throws IOException {
        SftpConnection used = connections.takeIdle();
        try {
            if (used != null) {
                try {
                    return over(used, work);
                } catch (SftpException e) {
                    if (isAnswer(e)) {
                        throw e;
                    }
                }
            }
            return over(connections.open(server), work);
        } catch (SftpException e) {
            throw failure(server, name, e);
        }
    }

    private <T> T over(SftpConnection connection, Work<T> work) throws SftpException, IOException {
        try {
            return work.over(connection);
        } catch (SftpException e) {
            if (isAnswer(e)) {
                connections.give(connection);
            } else {
                connections.drop(connection);
            }
            throw e;
        } catch (IOException | RuntimeException e) {
            connections.drop(connection);
            throw e;
        }
    }

    private static boolean isAnswer(SftpException failure) {
        return failure.getCause() == null;
    }

    private static IOException failure(SftpEndpoint server, String name, SftpException failure) {
        String what = server.getConfiguration().remoteServerInformation() + ": " + path(server, name);
        return failure.id == ChannelSftp.SSH_FX_NO_SUCH_FILE
                ? (IOException) new NoSuchFileException(what, null, failure.getMessage()).initCause(failure)
                : new IOException(what + ": " + failure.getMessage(), failure);
    }

    /** What is done over a connection, and gives it back where it succeeds. */
    private interface Work<T> {
        T over(SftpConnection connection) throws SftpException, IOException;
    }
}
