"""Runs contextmaker on a copy of a source tree, from inside the sandbox; the result goes to standard output.

Called as `python -I -c <this text> NAME MODE SECONDS SAFE_CONF`, with the tree at /in (read-only), room for its copy at /src and
for the result at /out. Exits with 0 only after the whole result was written, else with one of the codes below and the
reason on standard error, behind contextmaker's own log.
"""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile

NAME, MODE, SECONDS, SAFE_CONF = sys.argv[1:5]

COPY = os.path.join("/src", NAME)
VENV_BIN = os.path.join(sys.prefix, "bin")

# Known to contextmaker.ts.
EXIT_FAILED = 20
EXIT_TREE = 21
EXIT_NO_RESULT = 22

# Where contextmaker looks for a conf.py.
DOC_FOLDERS = ("doc", "docs", os.path.join("doc", "source"), os.path.join("docs", "source"))
# What jupytext looks for beside a notebook; the last one is executed.
JUPYTEXT_NAMES = ("jupytext", "jupytext.toml", "jupytext.yml", "jupytext.yaml", "jupytext.json")
JUPYTEXT_FILES = {*JUPYTEXT_NAMES, *("." + name for name in JUPYTEXT_NAMES), ".jupytext.py"}

# Bytes of the log that are passed on: its mode and its first and last words, not the warnings of a thousand pages.
LOG_HEAD = 16_384
LOG_TAIL = 32_768
# Left-out files that are named.
NAMED = 5


def leave(code, reason):
    print(reason, file=sys.stderr, flush=True)
    # Not sys.exit: nothing of ours is left to be tidied, and the sandbox ends with us.
    os._exit(code)


def copy_tree():
    """Copies plain files and folders; a link or a device is nobody's documentation and may lead elsewhere."""
    left_out = []
    for folder, names, files in os.walk("/in", onerror=lambda error: left_out.append(error.filename)):
        # Sorted, so that the same tree gives the same result; .git may hold a token.
        names[:] = sorted(name for name in names if name != ".git" and not os.path.islink(os.path.join(folder, name)))
        target = os.path.normpath(os.path.join(COPY, os.path.relpath(folder, "/in")))
        os.makedirs(target, exist_ok=True)
        for name in sorted(files):
            source = os.path.join(folder, name)
            if not stat.S_ISREG(os.lstat(source).st_mode):
                continue
            try:
                shutil.copyfile(source, os.path.join(target, name), follow_symlinks=False)
            except PermissionError:
                left_out.append(source)
    if "/in" in left_out:
        leave(EXIT_TREE, "the source tree cannot be read by the sandbox's user")
    if left_out:
        shown = ", ".join(os.path.relpath(path, "/in") for path in left_out[:NAMED])
        print(f"left out, not readable by the sandbox's user: {len(left_out)} ({shown})", file=sys.stderr)


def disarm():
    """Takes out of the copy what contextmaker would execute."""
    for folder in DOC_FOLDERS:
        conf = os.path.join(COPY, folder, "conf.py")
        if not os.path.lexists(conf):
            continue
        if os.path.isdir(conf):
            shutil.rmtree(conf)
        else:
            os.remove(conf)
        if MODE == "safe":
            with open(conf, "w", encoding="utf-8") as file:
                file.write(SAFE_CONF)
            give_index(os.path.join(COPY, folder))
    for folder, _, files in os.walk(COPY):
        for name in JUPYTEXT_FILES.intersection(files):
            os.remove(os.path.join(folder, name))


def give_index(docs):
    """contextmaker takes a folder for documentation only where it has an index.rst; many have an index.md instead."""
    page, index = os.path.join(docs, "index.md"), os.path.join(docs, "index.rst")
    if not os.path.isfile(page) or os.path.lexists(index):
        return
    # Two pages of one name: Sphinx would read the new one alone.
    os.rename(page, os.path.join(docs, "index-page.md"))
    with open(index, "w", encoding="utf-8") as file:
        file.write("Contents\n========\n\n.. toctree::\n\n   index-page\n")


def run():
    """contextmaker's exit code; its log goes to standard error."""
    # Without /usr/bin there is no make, so no Makefile is found.
    path = f"{VENV_BIN}:/usr/bin:/bin" if MODE == "native" else VENV_BIN
    with tempfile.TemporaryFile() as log:
        # A file and not a pipe: whatever is left running may hold its end open for ever.
        code = subprocess.call(
            [
                os.path.join(VENV_BIN, "contextmaker"),
                NAME,
                *("--output", "/out", "--input_path", COPY, "--extension", "md"),
            ],
            env={**os.environ, "PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        size = log.seek(0, os.SEEK_END)
        log.seek(0)
        text = log.read(LOG_HEAD)
        if size > LOG_HEAD:
            rest = max(LOG_HEAD, size - LOG_TAIL)
            log.seek(rest)
            text += (b"\n[...]\n" if rest > LOG_HEAD else b"") + log.read()
    sys.stderr.buffer.write(text)
    sys.stderr.flush()
    return code


def result():
    """An open file with what was made: a plain one, not a link to something else."""
    try:
        made = os.open(os.path.join("/out", f"{NAME}.md"), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        leave(EXIT_NO_RESULT, f"contextmaker ended well but left no result ({error.strerror})")
    if not stat.S_ISREG(os.fstat(made).st_mode):
        leave(EXIT_NO_RESULT, "contextmaker ended well but its result is not a plain file")
    return os.fdopen(made, "rb")


def main():
    # Whoever started the sandbox ends it earlier; where that one was killed while starting it, nobody else would.
    signal.alarm(int(SECONDS))
    try:
        copy_tree()
        if MODE != "native":
            disarm()
    except OSError as error:
        leave(EXIT_TREE, f"the source tree cannot be copied into the sandbox: {error.strerror}")
    code = run()
    if code != 0:
        leave(EXIT_FAILED, f"contextmaker ended with {code}")
    with result() as file:
        shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.flush()
    os._exit(0)


main()
