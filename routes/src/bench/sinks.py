#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright the camel-virtnbd authors.
"""Sends a disk through each sink, in a JVM with a small heap, and times it; compares S3 with the AWS SDK's own multipart upload.

Needs qemu-utils, openssh-server, JDK 17 and the built project (mvn -DskipTests install). sinks.py --help tells the options.

The disk is served by qemu-nbd. What arrives is read to its end, compared with the SHA-256s of the manifest (virtnbd:verify), restored
and compared with the disk, all of that outside of what is measured. Each figure is the median of the rounds; in a round the candidates
take turns. `wall` is of the whole process (JVM and Camel start included), `route` of the exchange alone, `peak` the most memory that
was resident (VmHWM) in any round. Servers run in processes of their own, on the loopback interface, and keep what they get below the
directory given with --sink.
"""
import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MODULE = os.path.dirname(os.path.dirname(HERE))
MIB = 1 << 20


def sh(*command, **kw):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **kw).stdout


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def await_port(port, process):
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if process.poll() is not None:
                raise SystemExit(f"{process.args} ended with {process.returncode}")
            time.sleep(0.1)
    raise SystemExit(f"{process.args} does not listen")


class Server:
    """A process that listens on a port, and ends with this one."""

    def __init__(self, port, command, log):
        self.port = port
        with open(log, "w") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        await_port(port, self.process)

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def fresh(path):
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def make_disk(path, size):
    """Random bytes, which nothing on the way can make smaller; a third of the blocks compress to a half."""
    if os.path.exists(path) and os.path.getsize(path) == size:
        return path
    with open(path + ".tmp", "wb") as out:
        for i in range(size // MIB):
            out.write(os.urandom(MIB) if i % 3 else os.urandom(MIB // 2) + b"half of it is text. " * (MIB // 40) + bytes(MIB // 2 % 20))
        out.truncate(size)
    os.rename(path + ".tmp", path)
    return path


class Java:
    """The module's tests and their class path."""

    def __init__(self, work):
        self.work = work
        classes = fresh(f"{work}/classes")
        sh("mvn", "-q", "-B", "-o", "dependency:build-classpath", f"-Dmdep.outputFile={work}/classpath",
           "-Dmdep.includeScope=test", "-pl", "routes", "-am", "test-compile", cwd=os.path.dirname(MODULE))
        with open(f"{work}/classpath") as source:
            self.classpath = f"{classes}:{MODULE}/target/test-classes:{MODULE}/target/classes:{source.read().strip()}"
        sh("javac", "-d", classes, "-cp", self.classpath, f"{HERE}/SinkBench.java")

    def command(self, options, *arguments):
        return ["java", *options, "-cp", self.classpath, *arguments]

    def run(self, options, *arguments):
        """Returns (wall seconds, route seconds, peak resident MiB)."""
        log = f"{self.work}/log"
        start = time.monotonic()
        with open(log, "w") as out:
            code = subprocess.call(self.command(options, *arguments), stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.STDOUT, cwd=self.work, timeout=3600)
        wall = time.monotonic() - start
        with open(log) as source:
            text = source.read()
        if code != 0:
            raise SystemExit(f"{arguments} ended with {code}:\n{text[-6000:]}")
        routes = [float(seconds) for seconds in re.findall(r"^exchange (\S+)", text, re.M)]
        return wall, routes[-1], int(re.search(r"^peak (\d+)", text, re.M).group(1)) / 1024


ROUTE = """
- route:
    from:
      uri: direct:backup
      steps:
        - to:
            uri: virtnbd:backup:bench
            parameters:
              nbdUri: {nbd}
              {options}
        - split:
            simple: ${{body}}
            streaming: true
            stopOnException: true
            parallelProcessing: {parallel}
            steps:
              - to: "{sink}"
"""


# from the broker to files, until the manifest was stored
RECEIVE = """
- route:
    from:
      uri: "{source}"
      steps:
        - to: kamelet:virtnbd-file-sink?directory={store}&fileExist=Override
        - filter:
            simple: ${{header.CamelVirtNbdArtifact}} == 'manifest'
            steps:
              - to: seda:received
- route:
    from:
      uri: direct:backup
      steps:
        - pollEnrich:
            simple: seda:received
"""

# another route of the same context
KEEP = """
- route:
    from:
      uri: {keep}
      steps:
        - to: kamelet:virtnbd-file-sink?directory={store}
"""

JMS_CLIENT = """
- beans:
    - name: artemis
      type: org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory
      properties:
        brokerURL: tcp://127.0.0.1:{port}
    - name: pool
      type: org.springframework.jms.connection.CachingConnectionFactory
      properties:
        targetConnectionFactory: "#bean:artemis"
"""


class Bench:
    def __init__(self, args):
        self.args = args
        self.work = args.work
        self.java = Java(args.work)
        self.disk = make_disk(f"{args.work}/disk-{args.size}.raw", args.size * MIB)
        self.rows = {}

    def file(self, name, text):
        path = f"{self.work}/{name}.yaml"
        with open(path, "w") as out:
            out.write(text)
        return path

    def broker(self, name, options, client, sink, source, nbd, home):
        """Sends all, then receives all, each in a process of its own."""
        store = fresh(f"{home}/received")
        main_class = "io.virtnbd.routes.process.RouteMain"
        with open(self.route(name, nbd, sink, options), "a") as out:
            out.write(client)
        self.measure(name, "send", None, main_class, f"{self.work}/{name}.yaml", "direct:backup", "1")
        receive = self.file(name + "-receive", RECEIVE.format(source=source, store=store) + client)
        self.measure(name, "receive", store, main_class, receive, "direct:backup", "1")
        shutil.rmtree(store)

    def route(self, name, nbd, sink, options=(), parallel=0):
        path = f"{self.work}/{name}.yaml"
        with open(path, "w") as out:
            out.write(ROUTE.format(nbd=nbd, sink=sink, options="\n              ".join(options) or "unit: disk",
                                   parallel="true" if parallel else "false"))
        return path

    def measure(self, case, candidate, store, *arguments, java=None):
        wall, route, peak = self.java.run((java or self.args.java).split(), *arguments)
        self.rows.setdefault(case, {}).setdefault(candidate, []).append((wall, route, peak))
        if store:
            self.check(store)
        print(f"{case}, {candidate}: {wall:.2f} s, exchange {route:.2f} s, {peak:.0f} MiB", flush=True)

    def check(self, store):
        """Compares what arrived with the manifest and with the disk."""
        image = f"{self.args.sink}/restored.raw"
        if os.path.exists(image):
            os.unlink(image)
        manifests = [os.path.join(where, name) for where, _, names in os.walk(store) for name in names if name.endswith(".json")]
        if len(manifests) != 1:
            raise SystemExit(f"{store} has {len(manifests)} manifests, expected one")
        self.java.run(["-Xmx512m"], "SinkBench", "check", os.path.dirname(manifests[0]), image)
        sh("cmp", image, self.disk)
        os.unlink(image)

    def table(self):
        size = self.args.size * MIB / 1e6
        lines = ["| case | candidate | wall s | MB/s | exchange s | MB/s | peak MiB | x exchange |", "|---|---|---|---|---|---|---|---|"]
        for case, candidates in self.rows.items():
            ours = None
            for candidate, runs in candidates.items():
                wall, route = (statistics.median(run[i] for run in runs) for i in (0, 1))
                ours = ours or route
                lines.append(f"| {case} | {candidate} | {wall:.2f} | {size / wall:.0f} | {route:.2f} | {size / route:.0f} "
                             f"| {max(run[2] for run in runs):.0f} | {route / ours:.2f} |")
        return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", required=True, help="directory for the disk, the logs and the class path")
    parser.add_argument("--sink", default="/dev/shm/virtnbd-sinks", help="directory that backups are kept in")
    parser.add_argument("--size", type=int, default=4096, help="MiB of the disk")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="file,direct,seda,kafka,jms,sftp,s3-disk,s3-segments,s3-sdk")
    parser.add_argument("--java", default="-Xmx128m -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError")
    parser.add_argument("--sdk-java", default="-Xmx512m -XX:+UseSerialGC", help="for the AWS SDK's own upload")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *ignored: sys.exit("terminated"))  # so that the servers are ended
    os.makedirs(args.work, exist_ok=True)
    only = set(args.only.split(","))
    bench = Bench(args)
    home = fresh(args.sink)
    nbd_port, ssh_port, s3_port = free_port(), free_port(), free_port()
    nbd = f"nbd://127.0.0.1:{nbd_port}/vda"
    main_class = "io.virtnbd.routes.process.RouteMain"
    ssh = fresh(f"{args.work}/ssh")
    for key in ("host", "user"):
        sh("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{ssh}/{key}")
    with open(f"{ssh}/host.pub") as key, open(f"{ssh}/known_hosts", "w") as out:
        out.write(f"[127.0.0.1]:{ssh_port} {key.read()}")
    with open(f"{ssh}/config", "w") as out:
        out.write(f"Port {ssh_port}\nListenAddress 127.0.0.1\nHostKey {ssh}/host\nAuthorizedKeysFile {ssh}/user.pub\nPidFile none\n"
                  f"StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\nSubsystem sftp internal-sftp -d {home}\n")
    os.makedirs("/run/sshd", exist_ok=True)
    s3 = (f"bucket=backups&region=us-east-1&accessKey=test-access-key&secretKey=test-secret-key&overrideEndpoint=true"
          f"&forcePathStyle=true&uriEndpointOverride=http://127.0.0.1:{s3_port}")
    segments = ["unit: segment", "segmentSize: 16m", "maxInflightSize: 64m"]
    with Server(nbd_port, ["qemu-nbd", "--persistent", "--read-only", "--shared=32", "--bind=127.0.0.1", f"--port={nbd_port}",
                           "--export-name=vda", "--format=raw", bench.disk], f"{args.work}/nbd.log"), \
            Server(ssh_port, ["/usr/sbin/sshd", "-D", "-e", "-f", f"{ssh}/config"], f"{args.work}/sshd.log"), \
            Server(s3_port, bench.java.command(["-Xmx512m"], "SinkBench", "s3", f"{home}/s3", str(s3_port)),
                   f"{args.work}/s3.log"):
        for _ in range(args.rounds):
            if "file" in only:
                store = fresh(f"{home}/files")
                routes = bench.route("file", nbd, f"kamelet:virtnbd-file-sink?directory={store}")
                bench.measure("file", "camel-virtnbd", store, main_class, routes, "direct:backup", "1")
                shutil.rmtree(store)
            if "sftp" in only:
                store = fresh(f"{home}/sftp")
                routes = bench.route("sftp", nbd, f"kamelet:virtnbd-sftp-sink?host=127.0.0.1&port={ssh_port}&username=root"
                                     f"&directory=sftp&privateKeyFile={ssh}/user&knownHostsFile={ssh}/known_hosts")
                bench.measure("sftp", "camel-virtnbd", store, main_class, routes, "direct:backup", "1")
                shutil.rmtree(store)
            for name, keep in (("direct", "direct:keep"), ("seda", "seda:keep?waitForTaskToComplete=Always")):
                if name in only:
                    store = fresh(f"{home}/kept")
                    routes = bench.route(name, nbd, keep)
                    with open(routes, "a") as out:
                        out.write(KEEP.format(keep=keep, store=store))
                    bench.measure(name, "camel-virtnbd", store, main_class, routes, "direct:backup", "1")
                    shutil.rmtree(store)
            if "kafka" in only:
                port = free_port()
                with Server(port, bench.java.command(["-Xmx512m"], "SinkBench", "kafka", fresh(f"{home}/kafka"), str(port)),
                            f"{args.work}/kafka.log"):
                    options = f"topic=backups&brokers=127.0.0.1:{port}"
                    # 4 GiB of data are the most whose manifest fits in a record by default
                    bench.broker("kafka", ["unit: segment", "segmentSize: 960k"], "", f"kamelet:virtnbd-kafka-sink?{options}",
                                 f"kamelet:virtnbd-kafka-source?{options}", nbd, home)
                shutil.rmtree(f"{home}/kafka")
            if "jms" in only:
                port = free_port()
                with Server(port, bench.java.command(["-Xmx512m"], "SinkBench", "jms", fresh(f"{home}/jms"), str(port)),
                            f"{args.work}/jms.log"):
                    bench.broker("jms", ["unit: segment", "segmentSize: 4m"], JMS_CLIENT.format(port=port),
                                 "kamelet:virtnbd-jms-sink?queue=backups&connectionFactory=#pool",
                                 "kamelet:virtnbd-jms-source?queue=backups&connectionFactory=#artemis", nbd, home)
                shutil.rmtree(f"{home}/jms")
            for case, candidate, options, parallel, exist in (
                    ("s3-disk", "camel-virtnbd, one object", ["checksum: none"], 0, "Override"),
                    ("s3-segments", "camel-virtnbd, plain segments", [*segments, "checksum: none"], 1, "Override"),
                    ("s3-segments", "with SHA-256", segments, 1, "Override"),
                    ("s3-segments", "with SHA-256, fileExist=Fail", segments, 1, "Fail"),
                    ("s3-segments", "with SHA-256, lz4", [*segments, "compression: lz4"], 1, "Override")):
                if case in only:
                    store = fresh(f"{home}/s3/backups")
                    routes = bench.route("s3", nbd, f"kamelet:virtnbd-s3-sink?{s3}&fileExist={exist}", options, parallel)
                    bench.measure("s3", candidate, store, main_class,
                                  routes, "direct:backup", "1")
                    shutil.rmtree(store)
            if "s3-sdk" in only:
                fresh(f"{home}/s3/backups")
                bench.measure("s3", "AWS SDK, multipart upload of the file", None, "SinkBench", "sdk", bench.disk,
                              f"http://127.0.0.1:{s3_port}", java=args.sdk_java)
                sh("cmp", f"{home}/s3/backups/disk", bench.disk)
            shutil.rmtree(f"{home}/s3/backups", ignore_errors=True)
    print(bench.table())
    print(f"{args.size} MiB, {os.cpu_count()} processors: {' '.join(sys.argv)}")
    shutil.rmtree(home)


if __name__ == "__main__":
    main()
