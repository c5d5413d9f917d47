/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.serve;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;

/**
 * How chains are served.
 *
 * @param socket      path of the unix socket to listen on; null for TCP
 * @param address     TCP address to listen on, with port 0 for one that is free; not used with a socket
 * @param exportName  name of the export of the one disk that is served; null to name each as its disk
 * @param scratch     file that what clients write goes to, with several disks a directory; null for read-only exports
 * @param keepScratch whether the scratch file stays, and one that is there is used again
 * @param cacheBytes  most bytes of decoded content that are kept, of all disks together
 * @param tls         null for none; else clients must use it
 * @param clientCertificate whether clients must show a certificate that tls trusts
 */
public record ServeOptions(Path socket, InetSocketAddress address, String exportName, Path scratch, boolean keepScratch,
        long cacheBytes, SSLContext tls, boolean clientCertificate) {
}
