/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.store;

import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import java.io.IOException;
import org.apache.camel.component.file.remote.RemoteFileConfiguration;
import org.apache.camel.component.file.remote.SftpEndpoint;
import org.apache.camel.component.file.remote.SftpOperations;

/** A login at a server, with the options of an endpoint. For use by one thread at a time. */
final class SftpConnection implements AutoCloseable {
    private final Session session;
    private final ChannelSftp channel;

    private SftpConnection(Session session, ChannelSftp channel) {
        this.session = session;
        this.channel = channel;
    }

    static SftpConnection open(SftpEndpoint endpoint) throws IOException {
        int timeout = endpoint.getConfiguration().getConnectTimeout();
        Session session = null;
        try {
            session = new Sessions(endpoint).createSession(endpoint.getConfiguration());
            session.setDaemonThread(true);
            session.connect(timeout);
            ChannelSftp channel = (ChannelSftp) session.openChannel("sftp");
            channel.connect(timeout);
            return new SftpConnection(session, channel);
        } catch (JSchException | RuntimeException e) {
            if (session != null) {
                session.disconnect();
            }
            throw new IOException(endpoint.getConfiguration().remoteServerInformation() + ": " + e.getMessage(), e);
        }
    }

    ChannelSftp channel() {
        return channel;
    }

    boolean isOpen() {
        return session.isConnected() && channel.isConnected();
    }

    @Override
    public void close() {
        session.disconnect();
    }

    /** Camel's way from options to a session. */
    private static final class Sessions extends SftpOperations {

        Sessions(SftpEndpoint endpoint) {
            setEndpoint(endpoint);
        }

        @Override
        protected Session createSession(RemoteFileConfiguration configuration) throws JSchException {
            return super.createSession(configuration);
        }
    }
}
