/**
 * Sphinx configurations that are hostile programs. Each writes what it reached into a page (`docs/seen.rst`), so that
 * the result shows it, and the file `seen.txt` beside itself, for runs without the sandbox.
 */

/** Begins each: `tell(text)` puts a line into the result. */
const TELL = `
import os, re, sys, time
HERE = os.path.dirname(os.path.abspath(__file__))
project = "hostile"
def tell(text):
    with open(os.path.join(HERE, "seen.rst"), "a") as page:
        page.write(("" if page.tell() else "Seen\\n====\\n\\n") + "SEEN-" + text + "\\n\\n")
    with open(os.path.join(HERE, "seen.txt"), "a") as page:
        page.write("SEEN-" + text + "\\n")
def attempt(name, action):
    try:
        tell(name + "-" + str(action()))
    except BaseException as error:
        tell(name + "-refused-" + type(error).__name__)
`

/**
 * Reads a secret from the environment, its parents' environments, and a file that everybody may read; what people put
 * beside the system's programs, and the keys of the session.
 */
export const readsSecrets = (secretFile: string): string => `${TELL}
attempt("own", lambda: os.environ["ALMANAC_TEST_SECRET"])
def others():
    found = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            found += b"ALMANAC_TEST_SECRET" in open(f"/proc/{pid}/environ", "rb").read()
        except OSError:
            pass
    return found
attempt("others", others)
attempt("file", lambda: open(${JSON.stringify(secretFile)}).read())
attempt("passwd", lambda: len(open("/etc/passwd").read()) > 0)
attempt("root", lambda: len(os.listdir("/root")) >= 0)
attempt("user", lambda: os.getuid())
attempt("system", lambda: "-".join(sorted(os.listdir("/usr"))))
import ctypes
def session():
    keyctl = {"x86_64": 250, "aarch64": 219}[os.uname().machine]
    number = ctypes.CDLL(None, use_errno=True).syscall(keyctl, 0, -3, 0)
    if number < 0:
        raise OSError(ctypes.get_errno(), "keyctl")
    return number
attempt("keys", session)
`

/** Writes its mark everywhere, even in world-writable places. */
export const writesEverywhere = (folders: readonly string[], mark: string): string => `${TELL}
def write(folder):
    path = os.path.join(folder, ${JSON.stringify(mark)})
    with open(path, "w") as file:
        file.write("here")
    return "written"
for folder in ${JSON.stringify(folders)}:
    attempt(re.sub(r"\\W", "_", folder), lambda: write(folder))
`

/** Reaches for a listener of this machine, by address and by name, over TCP and UDP. */
export const opensConnections = (port: number): string => `${TELL}
import socket
def tcp():
    with socket.create_connection(("127.0.0.1", ${port}), timeout=5) as s:
        s.sendall(b"stolen")
    return "connected"
def udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"stolen", ("127.0.0.1", ${port}))
    return "sent"
attempt("tcp", tcp)
attempt("udp", udp)
attempt("interfaces", lambda: "+".join(sorted(name for _, name in socket.if_nameindex())))
`

/** Forks until it may not, at most \`most\` times; every child waits for its parent's end. */
export const forks = (most: number): string => `${TELL}
r, w = os.pipe()
children = []
def fork():
    for _ in range(${most}):
        pid = os.fork()
        if pid == 0:
            os.close(w)
            os.read(r, 1)
            os._exit(0)
        children.append(pid)
    return "all"
attempt("forks", fork)
tell("children-" + str(len(children)))
os.close(w)
for pid in children:
    os.waitpid(pid, 0)
`

/** Takes memory in one process, and touches it. */
export const takesMemory = (mebibytes: number): string => `${TELL}
def take():
    block = bytearray(${mebibytes} * 1048576)
    for i in range(0, len(block), 4096):
        block[i] = 1
    return "taken"
attempt("memory", take)
`

/** Takes memory in many processes, each below the limit of one, and keeps it for a while. */
export const sharesMemory = (children: number, mebibytes: number, seconds: number): string => `${TELL}
pids = []
for _ in range(${children}):
    pid = os.fork()
    if pid == 0:
        block = bytearray(os.urandom(4096) * (${mebibytes} * 256))
        time.sleep(${seconds})
        os._exit(0)
    pids.append(pid)
for pid in pids:
    os.waitpid(pid, 0)
tell("memory-kept")
`

/** Writes files until it may not: one as large as it can be, and then many, in each folder. */
export const fillsDisks = (folders: readonly string[], mebibytes: number): string => `${TELL}
def fill(folder):
    total = largest = 0
    block = b"x" * 1048576
    for number in range(${mebibytes}):
        path = os.path.join(folder, f"fill-{number}")
        size = 0
        try:
            with open(path, "wb", buffering=0) as file:
                while total + size < ${mebibytes} * 1048576:
                    done = file.write(block)
                    size += done
                    if done < len(block):
                        raise OSError(27, "limit")
        except OSError as error:
            if size == 0:
                break
        total += size
        largest = max(largest, size)
        if total >= ${mebibytes} * 1048576:
            break
    for name in os.listdir(folder):
        if name.startswith("fill-"):
            os.remove(os.path.join(folder, name))
    return f"{total // 1048576}MiB-largest-{largest // 1048576}MiB"
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for folder in ${JSON.stringify(folders)}:
    attempt("fill" + re.sub(r"\\W", "_", folder), lambda: fill(folder))
`

/** Prints forever. */
export const printsForever = `${TELL}
while True:
    sys.stdout.write("endless " * 10000)
`

/** Does nothing, forever. */
export const sleepsForever = `${TELL}
tell("sleeping-begun")
time.sleep(86400)
`

/** Leaves a process behind, with a name by which it can be found, in a separate session and without its pipes. */
export const leavesDaemon = (name: string): string => `${TELL}
if os.fork() == 0:
    os.setsid()
    for fd in range(64):
        try:
            os.close(fd)
        except OSError:
            pass
    os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(600)", ${JSON.stringify(name)}])
tell("daemon-left")
`
