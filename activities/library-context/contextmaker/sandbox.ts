/**
 * The command line that runs a program on a source tree in bubblewrap: no network, nothing of the host but its programs,
 * small file systems of its own, a user of its own, bounded processes, memory, files and computing time. Pure: starts nothing.
 */

const MEBIBYTE = 1_048_576

/**
 * Limit of one process; contextmaker needed 256 MiB for the largest library measured. `memory-guard.ts` bounds their
 * sum.
 */
const PROCESS_MEMORY_BYTES = 1024 * MEBIBYTE
/** A parallel `make` has a dozen; a fork bomb stops here. */
export const MAX_PROCESSES = 64
/** The largest result measured had 3.5 MB; a program that fills the disk stops here. */
const FILE_BYTES = 64 * MEBIBYTE
/** Limit of one process. The slowest library measured took 5 s. */
const CPU_SECONDS = 90
/** Sphinx opens one file at a time. */
const OPEN_FILES = 1024

/** The default of the largest clone is 500 MB. */
const TREE_BYTES = 512 * MEBIBYTE
/** Sphinx's pages and doctrees, before they become one file. */
const SCRATCH_BYTES = 256 * MEBIBYTE
/** The largest accepted result is 32 MB; its parts are stored here before they are joined. */
const OUT_BYTES = 128 * MEBIBYTE
/** contextmaker's own log file. */
const LOGS_BYTES = 16 * MEBIBYTE

/** Owner of files without one: the sandbox has no user. */
const NOBODY = 65534

/**
 * Users of concurrent sandboxes if we are root: limits on processes are counted per user. systemd documents 60514 to
 * 60577 as never assigned.
 */
const FIRST_UID = 60514
/** Most sandboxes of one process at the same time. */
export const SLOTS = 16
/** 60514 to 60577 are four times sixteen, so that two workers of one machine rarely share a user. */
const UID_BLOCKS = 4

/** Mount point in our own mount namespace, invisible elsewhere: `/sys` exists everywhere and holds no user's files. */
const PLACE = '/sys'

/**
 * What Python and the programs of a Makefile are made of. Not all of `/usr`: `/usr/local` and `/usr/src` hold what people
 * put there, which an ordinary user's sandbox could read as that user. There is no `/proc` either.
 */
const SYSTEM = ['/usr/bin', '/usr/lib', '/usr/lib64', '/usr/share']

/** The whole environment of the outer programs. */
export const OUTER_ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' }

export interface SandboxPlan {
  /** Folder of the virtual environment; inside it has the same path, since its programs name their Python by it. */
  venv: string
  /** Folder name such as `python3.11`, under which contextmaker writes its log. */
  python: string
  /** Folder that is `/in` inside; undefined if only the venv is tested. */
  tree?: string
  /** Unique; identifies the processes. A host name: letters, digits, hyphens. */
  marker: string
  /** The program inside and its arguments. */
  command: readonly string[]
  /** The user it runs as if we are root; undefined for an ordinary user, who stays the same. */
  uid: number | undefined
  /** Most processes and threads of that user; `MAX_PROCESSES`, and for an ordinary user those that he has already. */
  processes: number
  /** Default: `bwrap` on the path. */
  bubblewrap?: string
}

/** The user of a slot, 0 to 15. The process id spreads several workers of one machine. */
export function sandboxUid(slot: number, pid: number): number {
  return FIRST_UID + (pid % UID_BLOCKS) * SLOTS + slot
}

/** The program to start and its arguments. */
export function sandboxCommand(plan: SandboxPlan): { program: string; args: string[] } {
  const [program = '', ...args] =
    plan.uid === undefined ? limited(plan, plan.venv, plan.tree) : asRoot(plan, plan.uid)
  return { program, args }
}

/**
 * Root's files may be under folders that only root may enter, and the sandbox's user must read them: they are bound to
 * a place that everyone may enter, in a mount namespace that ends with the sandbox.
 */
function asRoot(plan: SandboxPlan, uid: number): string[] {
  const id = String(uid)
  const bound = plan.tree === undefined ? [] : [plan.tree]
  return [
    'unshare',
    '--mount',
    '--propagation',
    'private',
    '--',
    '/bin/sh',
    '-euc',
    BIND_AND_RUN,
    'sh',
    plan.venv,
    bound[0] ?? '',
    'setpriv',
    `--reuid=${id}`,
    `--regid=${id}`,
    '--clear-groups',
    '--no-new-privs',
    '--',
    ...limited(plan, `${PLACE}/venv`, bound.length === 0 ? undefined : `${PLACE}/in`),
  ]
}

/**
 * Arguments: the venv, the tree or nothing, then what to run. A clone made with a strict umask is opened for reading: not
 * through links, and not its `.git`, which may hold a token.
 */
const BIND_AND_RUN = `
mount -t tmpfs -o mode=755,size=64k,nosuid,nodev,noexec tmpfs ${PLACE}
mkdir ${PLACE}/venv
mount --bind "$1" ${PLACE}/venv
if [ -n "$2" ]; then
  find "$2" -name .git -prune -o -type d ! -perm -005 -exec chmod a+rx {} + -o -type f ! -perm -004 -exec chmod a+r {} +
  mkdir ${PLACE}/in
  mount --bind "$2" ${PLACE}/in
fi
shift 2
exec "$@"`

function limited(plan: SandboxPlan, venv: string, tree: string | undefined): string[] {
  return [
    'prlimit',
    `--as=${PROCESS_MEMORY_BYTES}`,
    `--nproc=${plan.processes}`,
    `--fsize=${FILE_BYTES}`,
    `--cpu=${CPU_SECONDS}`,
    `--nofile=${OPEN_FILES}`,
    '--core=0',
    '--',
    ...bubblewrap(plan, venv, tree),
  ]
}

/**
 * The order matters: what is mounted later lies over what was mounted before. No `--new-session`: run-program.ts gives
 * the sandbox a session without a terminal already, and its first process has to stay in the group that is killed.
 * bubblewrap's `--die-with-parent` alone loses a parent that dies while the sandbox is being made (`endsWithUs` does not).
 */
function bubblewrap(plan: SandboxPlan, venv: string, tree: string | undefined): string[] {
  const tmpfs = (path: string, bytes: number) => ['--size', String(bytes), '--tmpfs', path]
  const setenv = (name: string, value: string) => ['--setenv', name, value]
  return [
    plan.bubblewrap ?? 'bwrap',
    '--unshare-all',
    '--unshare-user',
    '--disable-userns',
    '--die-with-parent',
    '--clearenv',
    '--uid',
    String(NOBODY),
    '--gid',
    String(NOBODY),
    '--hostname',
    plan.marker,
    '--cap-drop',
    'ALL',
    // The filter of seccomp.ts, which is given as file descriptor 3.
    '--seccomp',
    '3',
    ...SYSTEM.flatMap((folder) => ['--ro-bind-try', folder, folder]),
    '--symlink',
    'usr/lib',
    '/lib',
    '--symlink',
    'usr/lib64',
    '/lib64',
    '--symlink',
    'usr/bin',
    '/bin',
    '--dev',
    '/dev',
    ...tmpfs('/tmp', SCRATCH_BYTES),
    ...tmpfs('/src', TREE_BYTES),
    ...tmpfs('/out', OUT_BYTES),
    '--ro-bind',
    venv,
    plan.venv,
    ...tmpfs(`${plan.venv}/lib/${plan.python}/logs`, LOGS_BYTES),
    ...(tree === undefined ? [] : ['--ro-bind', tree, '/in']),
    // Without these two the sandbox's own root and /dev/shm are writable, without a limit.
    '--remount-ro',
    '/',
    '--remount-ro',
    '/dev',
    ...setenv('PATH', '/usr/bin'),
    ...setenv('HOME', '/tmp'),
    ...setenv('LANG', 'C.UTF-8'),
    ...setenv('PIP_NO_INDEX', '1'),
    ...setenv('PYTHONNOUSERSITE', '1'),
    ...setenv('PYTHONHASHSEED', '0'),
    '--chdir',
    '/tmp',
    '--',
    ...plan.command,
  ]
}
