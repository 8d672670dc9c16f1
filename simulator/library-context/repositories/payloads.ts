/**
 * Payloads that hostile repositories run when their documentation is built: a few lines of working Python each. Those
 * that would not end read `limit.txt` beside them, if it exists, and stop there: so that a test can run them outside
 * the sandbox and check what they do.
 */

/** Prefix of the names of files that payloads leave behind. */
export const MARKER = 'almanac-hostile-'
/** Marks what a payload could read in the built pages. */
export const READ_MARKER = 'HOSTILE-READ:'
/** Marks the results of a payload's connections in the built pages. */
export const SOCKET_MARKER = 'HOSTILE-SOCKET:'
/** Path below the simulator's address that only a payload asks for. */
export const SOCKET_PATH = '/git/almanac-hostile/opens-sockets'

const PREAMBLE = `import os
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def limit(otherwise):
    """The number in limit.txt, so that a test may let this end."""
    try:
        return int((HERE / "limit.txt").read_text())
    except OSError:
        return otherwise


def show(lines):
    """Adds lines to the front page, where a reader of the built pages sees them."""
    with open(HERE / "index.rst", "a") as page:
        page.write("\\n.. code-block:: text\\n\\n" + "".join(f"   {line}\\n" for line in lines) + "\\n")

`

const WRITE_MARKERS = `
def leave_markers(kind):
    """Writes a marker file wherever it is allowed to, first into the folder that target.txt names."""
    folders = ["/tmp", "/var/tmp", "/dev/shm", "/in", "/out", "/src", os.environ.get("HOME", "/")]
    folders += [sys.prefix, os.path.dirname(sys.executable), os.path.dirname(os.__file__), *HERE.parents]
    if (HERE / "target.txt").exists():
        folders.insert(0, (HERE / "target.txt").read_text().strip())
    for folder in folders[:limit(1000)]:
        try:
            Path(folder, "${MARKER}" + kind).write_text("written by a repository\\n")
        except OSError:
            pass

`

/** Shows whether a build sees secrets: environment, password files, home folders and other processes, as a page. */
const READS_ENVIRONMENT = `${PREAMBLE}
found = [f"${READ_MARKER} environment {name}={value}" for name, value in os.environ.items()]
for path in ["/etc/shadow", "/etc/passwd", "/etc/hostname", "/proc/1/environ", "/proc/1/cmdline"]:
    try:
        found += [f"${READ_MARKER} {path} {line!r}" for line in Path(path).read_text(errors="replace").splitlines()]
    except OSError:
        pass
for folder in ["/root", "/home", os.path.expanduser("~"), "/in/.git"]:
    try:
        found += [f"${READ_MARKER} {folder} holds {name}" for name in os.listdir(folder)]
    except OSError:
        pass
show(found)
`

/** Shows whether a build can leave files on the host. */
const WRITES_OUTSIDE = `import sys
${PREAMBLE}${WRITE_MARKERS}
leave_markers("writes-outside")
`

/** Shows whether a build reaches a network: the port in port.txt on loopback, a name server, other people's sockets. */
const OPENS_SOCKETS = `import socket
${PREAMBLE}

def tried(what, attempt):
    try:
        return f"${SOCKET_MARKER} {what} connected {attempt()!r}"
    except OSError as error:
        return f"${SOCKET_MARKER} {what} refused: {error.__class__.__name__}"


def loopback():
    port = int((HERE / "port.txt").read_text())
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(b"GET ${SOCKET_PATH}/info/refs HTTP/1.0\\r\\n\\r\\n")
        return connection.recv(64)


def abstract(name):
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect("\\0" + name)


ATTEMPTS = [
    ("loopback", loopback),
    ("name server", lambda: socket.getaddrinfo("almanac-hostile.example.invalid", 80)),
    ("abstract socket", lambda: abstract("almanac-hostile")),
    ("abstract display", lambda: abstract("/tmp/.X11-unix/X0")),
]
show([tried(*attempt) for attempt in ATTEMPTS[:limit(1000)]])
`

/** Shows whether a build can fill the table of processes: 5,000 children that sleep; it continues when refused. */
const FORKS = `${PREAMBLE}
made = 0
most = limit(5000)
seconds = 120 if most == 5000 else 1
while made < most:
    try:
        if os.fork() == 0:
            time.sleep(seconds)
            os._exit(0)
        made += 1
    except OSError:
        time.sleep(0.01)
print("hostile: forked", made, flush=True)
`

/** Shows whether a build can take all memory: blocks of 16 MiB whose every page is touched, until it is refused. */
const FILLS_MEMORY = `${PREAMBLE}
blocks = []
most = limit(1_000_000)
while len(blocks) * 16 < most:
    blocks.append(b"\\1" * (16 * 1024 * 1024))
print("hostile: holds", len(blocks) * 16, "MiB", flush=True)
`

/** Shows whether a build can fill a disk: one file after the other beside itself and in /tmp. */
const FILLS_DISK = `${PREAMBLE}
block = os.urandom(1024 * 1024)
folders = [HERE, Path("/tmp"), Path("/var/tmp")]
names = (folder / f"${MARKER}fills-disk-{number}" for number in range(1_000_000) for folder in folders)
most = limit(1_000_000)
written = 0
for name in names:
    if written >= most:
        break
    try:
        with open(name, "wb") as target:
            for _ in range(min(32, most - written)):
                target.write(block)
                written += 1
    except OSError:
        continue
print("hostile: wrote", written, "MiB", flush=True)
`

/** Shows whether a build's output is bounded: lines without end. */
const PRINTS_FOREVER = `${PREAMBLE}
lines = limit(0)
printed = 0
while lines == 0 or printed < lines:
    print("hostile: print without end", "x" * 1000, flush=True)
    printed += 1
`

/** Shows whether a build's time is bounded. */
const SLEEPS = `${PREAMBLE}
seconds = limit(0)
until = time.monotonic() + seconds
while seconds == 0 or time.monotonic() < until:
    time.sleep(0.1)
print("hostile: slept", flush=True)
`

/** The payloads in docs/conf.py, before the documentation's own settings. */
export const CONF_PAYLOADS = {
  'reads-environment': READS_ENVIRONMENT,
  'writes-outside': WRITES_OUTSIDE,
  'opens-sockets': OPENS_SOCKETS,
  forks: FORKS,
  'fills-memory': FILLS_MEMORY,
  'fills-disk': FILLS_DISK,
  'prints-forever': PRINTS_FOREVER,
  sleeps: SLEEPS,
} as const

/** A Makefile whose targets leave a marker and never end: shows whether a build runs `make`, and for how long. */
export const SLOW_MAKEFILE = `MARKER = ${MARKER}slow-makefile

html clean help:
	-test ! -e target.txt || touch "$$(cat target.txt)/$(MARKER)"
	-test -e limit.txt || touch "/tmp/$(MARKER)" "$$HOME/$(MARKER)"
	while test ! -e limit.txt; do sleep 1; done

.PHONY: html clean help
`

/** A jupytext configuration: jupytext runs it when it reads a notebook beside it. */
export const JUPYTEXT_CONFIG = `import sys
${PREAMBLE}${WRITE_MARKERS}
leave_markers("jupytext-config")
`
