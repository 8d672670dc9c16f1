/** Why the sandbox does not start, in words that a person can act on. */

export interface Unready {
  ok: false
  missing: string
  remedy: string
}

export type Readiness = { ok: true; version: string } | Unready

const INSTALL = 'install bubblewrap 0.8 or newer (Debian 12, Ubuntu 24.04: apt install bubblewrap)'
const APPARMOR =
  'copy docker/apparmor-bwrap to /etc/apparmor.d/bwrap and run "apparmor_parser -r /etc/apparmor.d/bwrap"'
const CONTAINER =
  'in a container, give it the security options of docker-compose.yml (seccomp=docker/bubblewrap-seccomp.json, apparmor=unconfined, systempaths=unconfined)'

/** Messages of bubblewrap, util-linux and the kernel, their meaning, and the remedy. The first match counts. */
const SYMPTOMS: { said: RegExp; missing: string; remedy: string }[] = [
  {
    said: /failed to execute \S*bwrap: No such file|bwrap: not found/,
    missing: 'bubblewrap is not installed',
    remedy: INSTALL,
  },
  {
    said: /bwrap: Unknown option/,
    missing: 'bubblewrap is too old',
    remedy: INSTALL,
  },
  {
    // Ubuntu 23.10 and newer: the namespace is made, but without any right in it.
    said: /setting up uid map: Permission denied|RTM_NEWADDR: Operation not permitted/,
    missing: 'AppArmor denies bubblewrap the rights of its user namespace',
    remedy: APPARMOR,
  },
  {
    said: /max_\S{1,40}_namespaces exceeded|unprivileged_userns_clone/,
    missing: 'this system allows no user namespaces',
    remedy:
      'allow them ("sysctl user.max_user_namespaces=10000", on old Debian "sysctl kernel.unprivileged_userns_clone=1")',
  },
  {
    said: /Can't mount proc on/,
    missing: 'this container hides parts of /proc, so bubblewrap may not mount its own',
    remedy: CONTAINER,
  },
  {
    said: /No permissions to creat(e|ing) new namespace|Creating new namespace failed|unshare failed: Operation not permitted|(make \/ slave|pivot_root|mount\b.{0,200}): (permission denied|operation not permitted)/i,
    missing: 'this system or container forbids namespaces or mounts',
    remedy: `${CONTAINER}; on Ubuntu, ${APPARMOR}`,
  },
  {
    said: /execvp \S+\/python: No such file/,
    missing: 'the Python that contextmaker was installed with is gone',
    remedy: 'start Almanac again: it installs contextmaker anew',
  },
]

/** Explains the output of a failed start. Unknown output is passed on. */
export function explain(said: string): Unready {
  const known = SYMPTOMS.find((symptom) => symptom.said.test(said))
  if (known !== undefined) return { ok: false, missing: known.missing, remedy: known.remedy }
  const line = said.trim().split('\n')[0] ?? ''
  const missing = `the sandbox does not start (${line === '' ? 'without a message' : line})`
  return { ok: false, missing, remedy: `${INSTALL}; ${CONTAINER}` }
}

/** Whether a program ended before anything inside the sandbox began: then the machine is at fault, not the tree. */
export function isStartFailure(stderr: string): boolean {
  return /^(bwrap|unshare|setpriv|prlimit|mount|mkdir|sh|\/bin\/sh): /.test(stderr)
}
