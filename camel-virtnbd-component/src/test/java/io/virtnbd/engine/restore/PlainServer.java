/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.InfoType;
import io.virtnbd.nbd.protocol.Magic;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.nbd.protocol.OptionReplyType;
import io.virtnbd.nbd.protocol.OptionType;
import io.virtnbd.nbd.protocol.TransmissionFlags;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Serves bytes to one client at a time, with the transmission flags and the minimum block size that it is told. */
final class PlainServer implements AutoCloseable {

    private static final int ENOSPC = 28;
    private static final int EINVAL = 22;
    private static final int SIMPLE_REPLY = 0x67446698;
    private static final long OPTION_REPLY = 0x3e889045565a9L;
    private static final int MAX_PAYLOAD = 1 << 20;

    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private final byte[] content;
    private final int flags;
    private final int minimumBlock;
    private final Thread thread = new Thread(this::serve, "plain-server");
    /** Number of writes after which there is no space left. */
    private final int writable;
    private int writes;

    PlainServer(byte[] content, int flags, int minimumBlock, int writable) throws IOException {
        this.content = content;
        this.flags = flags | TransmissionFlags.HAS_FLAGS;
        this.minimumBlock = minimumBlock;
        this.writable = writable;
        thread.setDaemon(true);
        thread.start();
    }

    PlainServer(byte[] content, int flags, int minimumBlock) throws IOException {
        this(content, flags, minimumBlock, Integer.MAX_VALUE);
    }

    NbdUri uri() {
        return NbdUri.tcp("127.0.0.1", listener.getLocalPort(), "");
    }

    /** The names of the commands that came, in order. */
    List<String> commands() {
        return commands;
    }

    byte[] content() {
        return content;
    }

    /** Waits until the client has gone. */
    void awaitEnd() throws InterruptedException {
        thread.join(5000);
        if (thread.isAlive()) {
            throw new AssertionError("the client has left its connection open");
        }
    }

    private void serve() {
        try (listener; Socket socket = listener.accept()) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeLong(Magic.INIT);
            out.writeLong(Magic.OPTION);
            out.writeShort(3);
            in.readInt();
            while (!negotiate(in, out)) {
                // until GO
            }
            while (transmit(in, out)) {
                // until DISC
            }
        } catch (IOException e) {
            // the client has gone
        }
    }

    private boolean negotiate(DataInputStream in, DataOutputStream out) throws IOException {
        in.readLong();
        int option = in.readInt();
        in.readFully(new byte[in.readInt()]);
        if (option != OptionType.GO) {
            reply(out, option, OptionReplyType.ERR_UNSUP, 0);
            return false;
        }
        reply(out, option, OptionReplyType.INFO, 12);
        out.writeShort(InfoType.EXPORT);
        out.writeLong(content.length);
        out.writeShort(flags);
        reply(out, option, OptionReplyType.INFO, 14);
        out.writeShort(InfoType.BLOCK_SIZE);
        out.writeInt(minimumBlock);
        out.writeInt(Math.max(4096, minimumBlock));
        out.writeInt(MAX_PAYLOAD);
        reply(out, option, OptionReplyType.ACK, 0);
        return true;
    }

    private static void reply(DataOutputStream out, int option, int type, int length) throws IOException {
        out.writeLong(OPTION_REPLY);
        out.writeInt(option);
        out.writeInt(type);
        out.writeInt(length);
    }

    private boolean transmit(DataInputStream in, DataOutputStream out) throws IOException {
        in.readInt();
        in.readShort();
        int type = in.readUnsignedShort();
        long cookie = in.readLong();
        int offset = (int) in.readLong();
        int length = in.readInt();
        commands.add(CommandType.nameOf(type));
        if (type == CommandType.DISC) {
            return false;
        }
        int error = 0;
        if (type == CommandType.WRITE) {
            byte[] data = in.readNBytes(length);
            if (writes++ < writable) {
                System.arraycopy(data, 0, content, offset, length);
            } else {
                error = ENOSPC;
            }
        } else {
            error = EINVAL;
        }
        out.writeInt(SIMPLE_REPLY);
        out.writeInt(error);
        out.writeLong(cookie);
        return true;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
