/** The command line of the sandbox: checks that hold on every machine, even without a working sandbox. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { libraryName } from '../../../../activities/library-context/contextmaker/contextmaker.ts'
import {
  sandboxCommand,
  sandboxUid,
  SLOTS,
  type SandboxPlan,
} from '../../../../activities/library-context/contextmaker/sandbox.ts'
import { packageRoot } from '../../../../system/package-root.ts'

const PLAN: SandboxPlan = {
  venv: '/root/state/tools/contextmaker',
  python: 'python3.11',
  tree: '/root/state/clones/a b; rm',
  marker: 'ctx-1',
  command: ['/root/state/tools/contextmaker/bin/python', '-c', 'print(1)'],
  uid: undefined,
  processes: 64,
}

const line = (plan: Partial<SandboxPlan>) => {
  const { program, args } = sandboxCommand({ ...PLAN, ...plan })
  return [program, ...args]
}
/** The arguments that follow an option, wherever it is. */
const after = (words: string[], option: string, count = 1) =>
  words.flatMap((word, at) => (word === option ? [words.slice(at + 1, at + 1 + count)] : []))

describe('the sandbox', () => {
  it('the sandbox is bubblewrap alone for an ordinary user, and begins with a change of user for root', () => {
    expect(line({})[0]).toBe('prlimit')
    expect(line({})).not.toContain('setpriv')
    expect(line({ uid: 60520 })[0]).toBe('unshare')
    expect(line({ uid: 60520 })).toEqual(
      expect.arrayContaining(['--reuid=60520', '--regid=60520', '--clear-groups', '--no-new-privs']),
    )
  })

  it('the sandbox has no network, and of the host only its programs, the tree and the environment, read-only', () => {
    for (const words of [line({}), line({ uid: 60520 })]) {
      expect(words).toEqual(expect.arrayContaining(['--unshare-all', '--disable-userns', '--clearenv']))
      expect(words).not.toContain('--bind')
      expect(after(words, '--ro-bind', 2).map(([, inside]) => inside)).toEqual([PLAN.venv, '/in'])
      expect(after(words, '--ro-bind-try').flat()).toEqual([
        '/usr/bin',
        '/usr/lib',
        '/usr/lib64',
        '/usr/share',
      ])
      expect(words).not.toContain('--proc')
      expect(after(words, '--remount-ro').flat()).toEqual(['/', '/dev'])
      expect(after(words, '--cap-drop').flat()).toEqual(['ALL'])
    }
  })

  it('the sandbox has no file system without a size limit', () => {
    const words = line({})
    const sizes = words.flatMap((word, at) => (word === '--tmpfs' ? [words[at - 2]] : []))
    expect(sizes).toEqual(['--size', '--size', '--size', '--size'])
  })

  it('the sandbox stays in the process group that is killed', () => {
    expect(line({})).toContain('--die-with-parent')
    expect(line({})).not.toContain('--new-session')
  })

  it('the sandbox gets paths as arguments, never as text of a script', () => {
    const words = line({ uid: 60520 })
    const script = words[words.indexOf('-euc') + 1] ?? ''
    expect(script).not.toContain('state')
    expect(words).toContain('/root/state/clones/a b; rm')
  })

  it('the sandbox has no tree if only the environment is tested', () => {
    const { venv, python, marker, command, processes } = PLAN
    const { args } = sandboxCommand({ venv, python, marker, command, processes, uid: 60520 })
    expect(args).not.toContain('/in')
  })

  it('the sandbox uses a separate unowned user id in each slot', () => {
    const uids = [0, 1, 2, 3].flatMap((pid) =>
      Array.from({ length: SLOTS }, (_, slot) => sandboxUid(slot, 4000 + pid)),
    )
    expect(new Set(uids).size).toBe(64)
    expect([Math.min(...uids), Math.max(...uids)]).toEqual([60514, 60577])
  })
})

describe('a name in the sandbox', () => {
  it.each([
    ['photutils', 'photutils'],
    ['../../etc/passwd', 'etc-passwd'],
    ['-o', 'o'],
    ['.hidden', 'hidden'],
    ['a b\nc', 'a-b-c'],
    ['Ω', 'library'],
    ['', 'library'],
    ['x'.repeat(100), 'x'.repeat(64)],
    ['CAMB', 'CAMB-lib'],
    ['camb', 'camb-lib'],
    ['cambium', 'cambium'],
  ])('a name in the sandbox: %j becomes %j', (name, fitting) => {
    expect(libraryName(name)).toBe(fitting)
    expect(fitting).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
  })
})

describe('the seccomp profile for containers', () => {
  it('the seccomp profile allows what bubblewrap needs and refuses what no container needs', () => {
    const profile = JSON.parse(
      readFileSync(join(packageRoot, 'docker', 'bubblewrap-seccomp.json'), 'utf8'),
    ) as { defaultAction: string; syscalls: { names: string[]; action: string }[] }
    const refused = profile.syscalls.flatMap(({ names }) => names)
    expect(profile.defaultAction).toBe('SCMP_ACT_ALLOW')
    expect(profile.syscalls.map(({ action }) => action)).toEqual(['SCMP_ACT_ERRNO'])
    for (const needed of [
      'clone',
      'clone3',
      'unshare',
      'setns',
      'mount',
      'umount2',
      'pivot_root',
      'sethostname',
    ])
      expect(refused).not.toContain(needed)
    expect(refused).toEqual(expect.arrayContaining(['bpf', 'init_module', 'kexec_load', 'reboot', 'keyctl']))
  })
})
