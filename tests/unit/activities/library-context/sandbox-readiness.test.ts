/** Why a sandbox does not start: real messages of bubblewrap and util-linux, and what is reported. */
import { describe, expect, it } from 'vitest'
import { explain, isStartFailure } from '../../../../activities/library-context/contextmaker/readiness.ts'

describe('a sandbox that does not start', () => {
  it.each([
    [
      'prlimit: failed to execute bwrap: No such file or directory',
      'not installed',
      'apt install bubblewrap',
    ],
    ['bwrap: Unknown option --disable-userns', 'too old', '0.8'],
    ['bwrap: setting up uid map: Permission denied', 'AppArmor', 'docker/apparmor-bwrap'],
    ['bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted', 'AppArmor', 'docker/apparmor-bwrap'],
    [
      'bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces.',
      'forbids namespaces',
      'docker/bubblewrap-seccomp.json',
    ],
    [
      'bwrap: No permissions to creating new namespace, likely because the kernel does not allow non-privileged user namespaces. On e.g. debian this can be enabled with "sysctl kernel.unprivileged_userns_clone=1".',
      'no user namespaces',
      'sysctl',
    ],
    [
      'bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)',
      'no user namespaces',
      'sysctl',
    ],
    ["bwrap: Can't mount proc on /newroot/proc: Operation not permitted", '/proc', 'systempaths=unconfined'],
    [
      'bwrap: Failed to make / slave: Permission denied',
      'forbids namespaces or mounts',
      'apparmor=unconfined',
    ],
    ['unshare: unshare failed: Operation not permitted', 'forbids namespaces', 'security options'],
    ['mount: /sys: permission denied.', 'forbids namespaces or mounts', 'security options'],
    [
      'bwrap: execvp /a/tools/contextmaker/bin/python: No such file or directory',
      'Python',
      'start Almanac again',
    ],
  ])('explains a sandbox that reports %j', (said, missing, remedy) => {
    const explained = explain(`${said}\n`)
    expect(explained.ok).toBe(false)
    expect(explained.missing).toContain(missing)
    expect(explained.remedy).toContain(remedy)
    expect(isStartFailure(said)).toBe(true)
  })

  it('passes on an unknown message of the sandbox', () => {
    expect(explain('bwrap: something new\nmore').missing).toBe(
      'the sandbox does not start (bwrap: something new)',
    )
    expect(explain('').missing).toBe('the sandbox does not start (without a message)')
  })

  it('distinguishes a sandbox that does not start from a contextmaker that failed', () => {
    expect(isStartFailure('2026-11-21 [INFO] Checking\nbwrap: said by the tree\n')).toBe(false)
  })
})
