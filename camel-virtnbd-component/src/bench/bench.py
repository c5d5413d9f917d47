#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright the camel-virtnbd authors.
"""Times backups and restores through Camel routes against virtnbdbackup, virtnbdrestore and nbdcopy, all in one run.

Needs root, a running libvirtd with a QEMU system emulator, qemu-utils, libnbd-bin, virtnbdbackup, fio (for serve), JDK 17 and the built project
(mvn -DskipTests install). bench.py --help tells the options.

Each figure is the median of the rounds; in a round the candidates take turns. `wall` and `peak` are of the whole process (JVM and
Camel start included), `route` is the exchange alone in a JVM that has run it before; `x` is how many times longer a peer took. All
candidates read from the same domain without a guest, by a pull backup job of libvirt's, from the page cache.
"""
import argparse
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MODULE = os.path.dirname(os.path.dirname(HERE))
MIB = 1 << 20
DOMAIN = "virtnbd-bench"


def sh(*command, **kw):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **kw).stdout


def measure(command, log):
    """Runs a command; returns (wall seconds, cpu seconds, peak resident MiB, output)."""
    with open(log, "w+") as out:
        start = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                   cwd=os.path.dirname(log))
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    if process.returncode != 0:
        raise SystemExit(f"{command} ended with {process.returncode}:\n{text}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


class Image:
    """A qcow2 image made from (offset, length) pieces of moderately compressible text."""

    def __init__(self, work, name, size, pieces):
        self.name = name
        self.path = f"{work}/{name}.qcow2"
        self.data = sum(length for _, length in pieces)
        if os.path.exists(self.path):
            return
        raw = f"{work}/{name}.raw"
        text = sample(work)
        with open(raw, "wb") as out:
            out.truncate(size)
            at = 0
            for offset, length in pieces:
                done = 0
                while done < length:
                    piece = min(length - done, len(text) - at)
                    os.pwrite(out.fileno(), text[at:at + piece], offset + done)
                    done += piece
                    at = (at + piece + 4099) % len(text) if at + piece < len(text) else 0
        sh("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, self.path + ".tmp")
        os.rename(self.path + ".tmp", self.path)
        os.unlink(raw)


def sample(work):
    """64 MiB of words in their usual distribution, which LZ4 compresses to some 55 %."""
    path = f"{work}/sample.bin"
    if not os.path.exists(path):
        rng = random.Random(1)
        letters = "etaoinshrdlucmfwypvbgkjqxz"
        words = ["".join(rng.choices(letters, weights=range(28, 2, -1), k=rng.randint(2, 10))) for _ in range(4000)]
        weights = [1 / (rank + 3) for rank in range(len(words))]
        text = bytearray()
        while len(text) < 64 * MIB:
            text += " ".join(rng.choices(words, weights=weights, k=100_000)).encode()
        with open(path, "wb") as out:
            out.write(text[:64 * MIB])
    with open(path, "rb") as source:
        return source.read()


class Domain:
    """A domain without a guest that has the image as its disk, with a backup job that serves it over a unix socket."""

    def __init__(self, work, image, name=DOMAIN):
        self.work = work
        self.image = image
        self.name = name
        self.socket = f"{work}/{image.name}.sock"

    def __enter__(self):
        kvm = "kvm" if os.path.exists("/dev/kvm") else "qemu"
        xml = f"""<domain type='{kvm}'><name>{self.name}</name><memory unit='MiB'>64</memory>
            <os><type arch='x86_64'>hvm</type></os><devices><disk type='file' device='disk'>
            <driver name='qemu' type='qcow2'/><source file='{self.image.path}'/><target dev='vda' bus='virtio'/>
            </disk></devices></domain>"""
        self.clean()
        with open(f"{self.work}/domain.xml", "w") as out:
            out.write(xml)
        sh("virsh", "define", f"{self.work}/domain.xml")
        sh("virsh", "start", self.name)
        return self

    def clean(self):
        for command in (["destroy", self.name], ["undefine", self.name, "--checkpoints-metadata"]):
            subprocess.run(["virsh", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)

    def __exit__(self, *ignored):
        self.clean()

    def serve(self):
        """Starts a job; returns the URI of its export."""
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        scratch = f"{self.work}/{self.image.name}.scratch"
        if os.path.exists(scratch):
            os.unlink(scratch)
        with open(f"{self.work}/backup.xml", "w") as out:
            out.write(f"""<domainbackup mode='pull'><server transport='unix' socket='{self.socket}'/><disks>
                <disk name='vda' backup='yes' type='file' exportname='vda'><scratch file='{scratch}'/></disk>
                </disks></domainbackup>""")
        sh("virsh", "backup-begin", self.name, f"{self.work}/backup.xml")
        return f"nbd+unix:///vda?socket={self.socket}"

    def stop(self):
        sh("virsh", "domjobabort", self.name)


class Routes:
    """The routes of this project, in a JVM of their own."""

    def __init__(self, work, options):
        self.classes = f"{work}/classes"
        os.makedirs(self.classes, exist_ok=True)
        cp = f"{work}/classpath"
        sh("mvn", "-q", "-B", "-o", "dependency:build-classpath", f"-Dmdep.outputFile={cp}", "-Dmdep.includeScope=test", cwd=MODULE)
        with open(cp) as source:
            self.classpath = f"{MODULE}/target/classes:{source.read().strip()}"
        sh("javac", "-d", self.classes, "-cp", self.classpath, f"{HERE}/RouteBench.java")
        self.options = options

    def command(self, *arguments, options=()):
        return ["java", *self.options, *options, "-cp", f"{self.classes}:{self.classpath}", "RouteBench", *arguments]


class Results:
    """Medians of the rounds, and how many times longer each peer took."""

    def __init__(self):
        self.rows = {}
        self.sizes = {}

    def add(self, case, candidate, wall, cpu, peak, route=None):
        self.rows.setdefault(case, {}).setdefault(candidate, []).append((wall, cpu, peak, route))

    def table(self):
        lines = ["| case | candidate | wall s | MB/s | route s | MB/s | peak MiB | x wall | x route |",
                 "|---|---|---|---|---|---|---|---|---|"]
        for case, candidates in self.rows.items():
            size = self.sizes[case] / 1e6
            ours = None
            for candidate, runs in candidates.items():
                wall = statistics.median(run[0] for run in runs)
                routes = [run[3] for run in runs if run[3] is not None]
                route = statistics.median(routes) if routes else None
                ours = ours or (wall, route)
                peer = f"{wall / ours[0]:.2f} | {wall / ours[1]:.2f}" if not routes else " | "
                lines.append(f"| {case} | {candidate} | {wall:.2f} | {size / wall:.0f} | "
                             + (f"{route:.2f} | {size / route:.0f}" if route else " | ")
                             + f" | {max(run[2] for run in runs):.0f} | {peer} |")
        return "\n".join(lines)


def route_seconds(text):
    """What an exchange takes in a JVM that has run it before: the median of all exchanges but the first."""
    times = [float(line.split()[1]) for line in text.splitlines() if line.startswith("exchange ")]
    return statistics.median(times[1:])


def fresh(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.exists(path):
        os.unlink(path)
    return path


class Bench:
    def __init__(self, args):
        self.args = args
        self.work = args.work
        self.sink = args.sink
        self.log = f"{args.work}/log"
        self.routes = Routes(args.work, args.java.split())
        self.results = Results()

    def ours(self, case, candidate, *arguments):
        wall, cpu, peak, _ = measure(self.routes.command(*arguments, "1", options=self.args.java_once.split()), self.log)
        _, _, warm_peak, text = measure(self.routes.command(*arguments, str(1 + self.args.warm)), self.log)
        self.results.add(case, candidate, wall, cpu, max(peak, warm_peak), route_seconds(text))

    def other(self, case, candidate, *command):
        self.results.add(case, candidate, *measure(list(command), self.log)[:3])

    def warm(self, path):
        with open(path, "rb") as source:
            while source.read(64 * MIB):
                pass

    def backup(self, case, image, compression, checksums, peers):
        """Backs up to files on the sink, or to nowhere where that is what the peers do."""
        self.results.sizes[case] = image.data
        out, null = f"{self.sink}/bench-out", "nowhere" in peers
        reference = ["virtnbdbackup", "-d", DOMAIN, "-l", "copy", *(["-z"] if compression == "lz4" else [])]
        with Domain(self.work, image) as domain:
            for _ in range(self.args.rounds):
                self.warm(image.path)
                uri = domain.serve()
                for checksum in checksums:
                    name = "camel-virtnbd" + (", SHA-256" if checksum == "sha256" else "")
                    self.ours(case, name, "backup", uri, "null" if null else fresh(out), compression, checksum)
                    fresh(out)
                if "nbdcopy" in peers:
                    self.other(case, "nbdcopy to " + ("nothing" if null else "a file"), "nbdcopy", uri, "null:" if null else out)
                    fresh(out)
                domain.stop()
                if null:
                    self.other(case, "virtnbdbackup to nothing", "sh", "-c", " ".join([*reference, "-o", "-", ">/dev/null"]))
                else:
                    self.other(case, "virtnbdbackup", *reference, "-o", fresh(out))
                    fresh(out)
        print(self.results.table(), flush=True)

    def increment(self, case, image, another):
        """Increments without a change: what a backup costs that has nothing to do. The reference wants a domain of its own."""
        self.results.sizes[case] = 0
        ours, theirs = (fresh(f"{self.sink}/bench-{name}") for name in ("set", "theirs"))
        reference = ["virtnbdbackup", "-d", f"{DOMAIN}-2", "-o", theirs, "-l"]
        with Domain(self.work, image), Domain(self.work, another, f"{DOMAIN}-2"):
            sh(*reference, "full")
            measure(self.routes.command("increment", DOMAIN, ours, "full", "1"), self.log)
            for _ in range(self.args.rounds):
                self.ours(case, "camel-virtnbd", "increment", DOMAIN, ours, "inc")
                self.other(case, "virtnbdbackup -l inc", *reference, "inc")
        fresh(ours)
        fresh(theirs)
        print(self.results.table(), flush=True)

    def restore(self, case, image, compression):
        self.results.sizes[case] = image.data
        source, ours, theirs = (f"{self.sink}/bench-{name}" for name in ("set", "ours.qcow2", "theirs"))
        with Domain(self.work, image):
            sh("virtnbdbackup", "-d", DOMAIN, "-l", "copy", *(["-z"] if compression == "lz4" else []), "-o", fresh(source))
        for last in range(self.args.rounds - 1, -1, -1):
            self.ours(case, "camel-virtnbd", "restore", source, fresh(ours), "qcow2")
            if last:
                fresh(ours)
            self.other(case, "virtnbdrestore", "virtnbdrestore", "-U", "test:///default", "-n", "-i", source, "-o",
                       fresh(theirs), "-d", "vda")
            if last:
                fresh(theirs)
        sh("qemu-img", "compare", ours, f"{theirs}/{image.name}.qcow2")
        for path in (source, ours, theirs):
            fresh(path)
        print(self.results.table(), flush=True)


class Index:
    """How long it takes to serve a large plain stream: the index of its frames, from a file that has nothing but headers. Cold is
    without what the system keeps of the file."""

    FRAMES = 100_000
    LENGTH = 512 << 10

    def __init__(self, bench):
        self.bench = bench
        self.set = fresh(f"{bench.work}/index")
        os.mkdir(self.set)
        self.path = f"{self.set}/vda.full.data"
        size = self.FRAMES * self.LENGTH
        meta = json.dumps({"virtualSize": size, "dataSize": size, "date": "2026-01-02T03:04:05.000000", "diskName": "vda",
                           "diskFormat": "raw", "checkpointName": "virtnbdbackup.0", "compressed": False,
                           "compressionMethod": "lz4", "parentCheckpoint": "", "incremental": False, "streamVersion": 2},
                          indent=4).encode()
        with open(self.path, "wb") as out:
            out.write(self.header("meta", 0, len(meta)) + meta + b"\r\n")
            for number in range(self.FRAMES):
                out.write(self.header("data", number * self.LENGTH, self.LENGTH))
                out.seek(self.LENGTH, os.SEEK_CUR)
                out.write(b"\r\n")
            out.write(self.header("stop", 0, 0))
            out.flush()
            os.fsync(out.fileno())

    @staticmethod
    def header(kind, start, length):
        return f"{kind} {start:016x} {length:016x}\r\n".encode()

    def run(self):
        socket_path = f"{self.bench.work}/index.sock"
        times = {}
        for temperature in ("cold", "warm"):
            for _ in range(self.bench.args.rounds):
                if temperature == "cold":
                    with open(self.path, "rb") as source:
                        os.posix_fadvise(source.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                fresh(socket_path)
                text = measure(self.bench.routes.command("serve", self.set, socket_path, "1"), self.bench.log)[3]
                times.setdefault(temperature, []).append(
                    next(float(line.split()[1]) for line in text.splitlines() if line.startswith("exchange")))
        figures = ", ".join(f"{name} {statistics.median(each):.2f} s" for name, each in times.items())
        print(f"index: {figures} for {self.FRAMES} frames", flush=True)
        fresh(self.set)


class Serve:
    """Random reads of a stream that is served: by a route, and by the nbdkit that virtnbdmap starts, without the block device
    that it maps, whose kernel module is not everywhere. Needs fio with the engine nbd, and to be root."""

    DEVICE = "/dev/nbd15"
    SECONDS = 3
    PATIENCE = 60

    def __init__(self, bench):
        self.bench = bench
        self.figures = {}

    def run(self, image):
        """Reads stay within the data: what a reader does with holes is not what is measured."""
        bench = self.bench
        sets = {name: fresh(f"{bench.sink}/bench-{name}") for name in ("none", "lz4", "own")}
        with Domain(bench.work, image) as domain:
            for name, options in (("none", []), ("lz4", ["-z"])):
                sh("virtnbdbackup", "-d", DOMAIN, "-l", "copy", *options, "-o", sets[name])
            measure(bench.routes.command("backup", domain.serve(), sets["own"], "lz4", "none", "1"), bench.log)
            domain.stop()
        for _ in range(bench.args.rounds):
            self.ours("camel-virtnbd, plain", sets["none"], image)
            self.theirs("virtnbdmap's nbdkit, plain", f"{sets['none']}/vda.copy.data", image)
            self.ours("camel-virtnbd, LZ4 of virtnbdbackup", sets["lz4"], image)
            self.ours("camel-virtnbd, LZ4 of its own", sets["own"], image)
        for path in sets.values():
            fresh(path)

    def ours(self, candidate, source, image):
        path = fresh(f"{self.bench.work}/serve.sock")
        start = time.monotonic()
        with open(self.bench.log, "w") as log:
            process = subprocess.Popen(self.bench.routes.command("serve", source, path, "1"), stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=log, text=True)
        exchange = None
        try:
            for line in process.stdout:
                if line.startswith("exchange"):
                    exchange = float(line.split()[1])
                if line.startswith("serving"):
                    break
            else:
                with open(self.bench.log) as log:
                    raise SystemExit(f"{source} is not served:\n{log.read()}")
            self.measure(candidate, start, f"nbd+unix:///vda?socket={path}", exchange, image)
        finally:
            process.stdin.close()
            process.stdout.close()
            process.wait()

    def theirs(self, candidate, stream, image):
        """virtnbdmap maps the device with a qemu-nbd that does nothing here. On a busy machine it can end before nbdkit has
        written its process id; nbdkit goes on then."""
        programs = fresh(f"{self.bench.work}/programs")
        os.mkdir(programs)
        for name, text in (("qemu-nbd", "exec sleep 600"), ("modprobe", "exit 0")):
            with open(f"{programs}/{name}", "w") as out:
                out.write(f"#!/bin/sh\n{text}\n")
            os.chmod(f"{programs}/{name}", 0o755)
        made = not os.path.exists(self.DEVICE)
        if made:
            sh("mknod", self.DEVICE, "b", "43", "240")
        port = free_port()
        start = time.monotonic()
        with open(self.bench.log, "w") as log:
            process = subprocess.Popen(["virtnbdmap", "-n", "-f", stream, "-d", self.DEVICE, "-p", str(port)],
                                       env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}, stdout=log, stderr=log,
                                       start_new_session=True)
        try:
            while not listens(port):
                if time.monotonic() - start > self.PATIENCE:
                    with open(self.bench.log) as log:
                        raise SystemExit(f"virtnbdmap does not serve {stream}:\n{log.read()}")
                time.sleep(0.005)
            self.measure(candidate, start, f"nbd://127.0.0.1:{port}/sda", None, image)
        finally:
            for listener in sh("ss", "-Hltnp", f"sport = :{port}").split("pid=")[1:]:
                os.kill(int(listener.split(",")[0]), 15)
            try:
                os.killpg(process.pid, 15)
            except ProcessLookupError:
                pass
            process.wait()
            if made:
                os.unlink(self.DEVICE)

    def measure(self, candidate, start, uri, exchange, image):
        sh("qemu-io", "-r", "-f", "raw", "-c", "read 0 4k", uri)
        first = time.monotonic() - start
        rates = []
        for pattern, size, figure in (("randread", "4k", "iops"), ("randread", "64k", "iops"), ("read", "1m", "bw_bytes")):
            text = sh("fio", "--name=serve", "--ioengine=nbd", f"--uri={uri}", f"--rw={pattern}", f"--bs={size}", "--iodepth=16",
                      f"--size={image.data}", f"--runtime={self.SECONDS}", "--time_based", "--output-format=json")
            report = json.loads(text[text.index("{"):text.rindex("}") + 1])
            rates.append(report["jobs"][0]["read"][figure] / (1e6 if figure == "bw_bytes" else 1))
        self.figures.setdefault(candidate, []).append((first, exchange, *rates))

    def table(self):
        lines = ["| candidate | first byte s | exchange s | 4 KiB reads/s | 64 KiB reads/s | in sequence MB/s |",
                 "|---|---|---|---|---|---|"]
        for candidate, rounds in self.figures.items():
            medians = [None if None in values else statistics.median(values) for values in zip(*rounds)]
            texts = ["" if each is None else f"{each:.2f}" if each < 10 else f"{each:.0f}" for each in medians]
            lines.append(f"| {candidate} | " + " | ".join(texts) + " |")
        return "\n".join(lines)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    return bool(sh("ss", "-Hltn", f"sport = :{port}").strip())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", required=True, help="directory for the images, 18 GB")
    parser.add_argument("--sink", default="/dev/shm", help="directory to back up and restore to")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--warm", type=int, default=3, help="counted exchanges in the JVM that measures the route alone")
    parser.add_argument("--only", default="increment,plain,lz4,restore,restore-lz4,serve,index,huge,extents")
    parser.add_argument("--java", default="-Xmx96m -XX:+UseSerialGC")
    parser.add_argument("--java-once", default="", help="further options where the whole process is measured")
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    bench, work, only = Bench(args), args.work, set(args.only.split(","))
    if "increment" in only:
        for name in ("small", "small-2"):
            fresh(f"{work}/{name}.qcow2")  # with the bitmaps of a run before
        bench.increment("increment", *(Image(work, name, 1 << 30, [(0, 100 * MIB)]) for name in ("small", "small-2")))
    if only & {"plain", "lz4", "restore", "restore-lz4"}:
        four = Image(work, "four", 6 << 30, [(i << 30, 820 * MIB) for i in range(5)])
    if "plain" in only:
        bench.backup("plain", four, "none", ["none", "sha256"], {"nbdcopy"})
    if "lz4" in only:
        bench.backup("lz4", four, "lz4", ["none"], set())
    if "restore" in only:
        bench.restore("restore", four, "none")
    if "restore-lz4" in only:
        bench.restore("restore-lz4", four, "lz4")
    if "serve" in only:
        serve = Serve(bench)
        free = min(shutil.disk_usage(path).free for path in (work, args.sink))
        data = min(1 << 29, free // 8 // MIB * MIB)
        serve.run(Image(work, f"served-{data // MIB}", 2 << 30, [(0, data)]))
        print(serve.table(), flush=True)
    if "index" in only:
        Index(bench).run()
    if "huge" in only:
        huge = Image(work, "huge", 8 << 40, [(i << 38, 10 * MIB) for i in range(20)])
        bench.backup("huge", huge, "none", ["none"], {"nbdcopy", "nowhere"})
    if "extents" in only:
        many = Image(work, "extents", 200_000 * 131072, [(i * 131072, 65536) for i in range(200_000)])
        bench.backup("extents", many, "none", ["none"], {"nbdcopy", "nowhere"})
    print(f"{os.cpu_count()} processors: {' '.join(sys.argv)}")


if __name__ == "__main__":
    main()
