/** The real contextmaker in the real sandbox, on small trees, in each mode. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, expect, it } from 'vitest'
import {
  createContextmaker,
  type Contextmaker,
  type Mode,
} from '../../../activities/library-context/contextmaker/contextmaker.ts'
import { keyFilter } from '../../../activities/library-context/contextmaker/seccomp.ts'
import { runProgram } from '../../../system/run-program.ts'
import {
  OUTER_ENV,
  sandboxCommand,
  sandboxUid,
} from '../../../activities/library-context/contextmaker/sandbox.ts'
import { checkContextmaker } from '../../../cli/library-context/contextmaker-check.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { packageRoot } from '../../../system/package-root.ts'
import {
  describeSandbox,
  GOOD_LIBRARY,
  sourceTree,
  inText,
  testVenv,
} from '../../support/library-context/contextmaker.ts'

const isRoot = process.getuid?.() === 0

describeSandbox('contextmaker', () => {
  let venv: string
  let contextmaker: Contextmaker
  /** The good library in safe mode. */
  let safe: Awaited<ReturnType<typeof make>>
  const remove: (() => void)[] = []
  beforeAll(async () => {
    venv = await testVenv()
    contextmaker = createContextmaker({ venv })
    safe = await make(tree(GOOD_LIBRARY), 'safe')
  })
  afterEach(() => {
    for (const one of remove.splice(0)) one()
  })

  const tree = (files: Record<string, string>) => {
    const made = sourceTree(files)
    remove.push(made.remove)
    return made.path
  }
  const make = async (path: string, mode: Mode, name = 'orbit') =>
    inText(await contextmaker.make({ tree: path, name, mode, signal: new AbortController().signal }))

  it('contextmaker is ready, and shows its version', async () => {
    expect(await contextmaker.ready()).toEqual({ ok: true, version: '1.8.8' })
  })

  it('contextmaker makes one text of the pages in safe mode, without the configuration of the library', () => {
    const { markdown, log, seconds } = safe
    expect(markdown).toContain(
      'from orbit import period\n    if period(1.0) > 0:\n        print("it goes round")',
    )
    expect(markdown).not.toContain('Please activate JavaScript')
    expect(markdown).not.toContain('Navigation')
    expect(log).toContain('Mode: Sphinx Build')
    expect(seconds).toBeGreaterThan(0)
  })

  it('contextmaker keeps the content of directives and roles of extensions that are not installed', () => {
    expect(safe.markdown).toContain('orbit.draw(eccentricity=0.3)')
    expect(safe.markdown).toContain('Text inside an extension that is not installed.')
  })

  it('contextmaker finds pages if the first one is Markdown', { tags: 'long' }, async () => {
    const path = tree({ ...GOOD_LIBRARY, 'docs/index.md': '# Orbit in Markdown\n\nFirst words.\n' })
    rmSync(join(path, 'docs', 'index.rst'))
    const { markdown, log } = await make(path, 'safe')
    expect(log).toContain('Mode: Sphinx Build')
    expect(markdown).toContain('First words.')
    expect(markdown).toContain('orbit.draw')
  })

  it('contextmaker includes files of the tree in safe mode, and none of the system', async () => {
    const outside = ['/usr/lib/os-release', '/usr/bin/bwrap', '/etc/passwd', '/proc/self/environ']
    const pages = outside
      .map((file) => `${'../'.repeat(3)}${file.slice(1)}`)
      .flatMap((file) => [
        `.. include:: ${file}`,
        `.. literalinclude:: ${file}`,
        `.. literalinclude:: ../orbit/__init__.py\n   :diff: ${file}`,
        `.. raw:: html\n   :file: ${file}`,
        `.. csv-table::\n   :file: ${file}`,
      ])
    const files = {
      ...GOOD_LIBRARY,
      'docs/index.rst': 'Orbit\n=====\n\n.. toctree::\n\n   own\n   marked\n   system\n',
      'docs/own.rst':
        'Own\n===\n\n.. include:: ../README.md\n\n.. literalinclude:: ../orbit/__init__.py\n\n.. include:: <isonum.txt>\n\n|copy| 2026\n',
      'docs/marked.md':
        '# Marked\n\n```{include} ../../../usr/lib/os-release\n```\n\nThe end of the marked.\n',
      'docs/system.rst': `System\n======\n\n${pages.join('\n\n')}\n\n.. raw:: html\n   :url: file:///usr/lib/os-release\n\nThe end of the system.\n`,
    }
    const { markdown } = await make(tree(files), 'safe')
    for (const text of [
      'Computes orbits.',
      'return a ** 1.5',
      '© 2026',
      'end of the marked',
      'end of the system',
    ])
      expect(markdown).toContain(text)
    for (const text of ['PRETTY_NAME', 'HOME=', 'root:']) expect(markdown).not.toContain(text)
  })

  it('contextmaker dumps the sources in strip mode', async () => {
    const { markdown, log } = await make(tree(GOOD_LIBRARY), 'strip')
    expect(markdown).toContain('"""Period of an orbit, in years."""')
    expect(log).toContain('Mode: Non-Sphinx')
  })

  it('contextmaker gives the same text for the same tree', { tags: 'long' }, async () => {
    expect((await make(tree(GOOD_LIBRARY), 'safe')).markdown).toBe(safe.markdown)
  })

  it('contextmaker sanitizes a name that would write elsewhere, or run setup.py', async () => {
    expect((await make(tree(GOOD_LIBRARY), 'strip', '../../elsewhere')).markdown).toContain(
      'Period of an orbit',
    )
    const camb = { ...GOOD_LIBRARY, 'setup.py': 'raise SystemExit("setup.py was run")\n' }
    expect((await make(tree(camb), 'safe', 'camb')).log).not.toContain('setup.py was run')
  })

  it('contextmaker leaves out links and the .git folder', async () => {
    const path = tree({
      ...GOOD_LIBRARY,
      'orbit/.git/config.py': 'TOKEN = "in-the-git-folder"\n',
    })
    rmSync(join(path, 'README.md'))
    symlinkSync('/usr/share/common-licenses/GPL-3', join(path, 'README.md'))
    symlinkSync('/usr/lib/python3/dist-packages', join(path, 'linked'))
    symlinkSync('/proc/self/environ', join(path, 'orbit', 'environment.py'))
    const { markdown } = await make(path, 'strip')
    expect(markdown).toContain('Period of an orbit')
    expect(markdown).not.toContain('GNU GENERAL PUBLIC LICENSE')
    expect(markdown).not.toContain('PYTHONHASHSEED')
    expect(markdown).not.toContain('in-the-git-folder')
  })

  it.runIf(isRoot)(
    'contextmaker reads a tree that was made with a strict umask, except for its .git',
    async () => {
      const path = tree({ ...GOOD_LIBRARY, 'orbit/more.py': 'MORE = 1\n', '.git/config': 'token' })
      for (const name of ['orbit/more.py', '.git/config']) chmodSync(join(path, name), 0o600)
      chmodSync(join(path, 'orbit'), 0o700)
      expect((await make(path, 'strip')).markdown).toContain('MORE = 1')
      expect(statSync(join(path, '.git/config')).mode & 0o777).toBe(0o600)
    },
  )

  it('contextmaker removes control characters, which no database accepts', async () => {
    const { markdown } = await make(tree({ 'README.md': 'a\0b\u001b[31mc\n' }), 'strip')
    expect(markdown).toContain('ab[31mc')
  })

  it('contextmaker fails by name if there is nothing to read', async () => {
    await expect(make(tree({}), 'safe')).rejects.toMatchObject({ name: 'Failure', type: 'CommandFailed' })
  })

  it('contextmaker fails by name if the result is larger than 32 MB', async () => {
    const path = tree({ 'README.md': 'words and words and more words\n'.repeat(1_300_000) })
    await expect(make(path, 'strip')).rejects.toThrow('printed more than 33554432 bytes')
  })

  it('contextmaker fails by name if the tree does not fit into its copy', async () => {
    const path = tree({})
    for (let part = 0; part < 9; part++) {
      writeFileSync(join(path, `${part}.bin`), '')
      spawnSync('truncate', ['--size=60M', join(path, `${part}.bin`)])
    }
    await expect(make(path, 'strip')).rejects.toThrow('cannot be copied into the sandbox')
  })

  const ranWithFilter = (program: string, args: string[]) =>
    runProgram({
      program,
      args,
      cwd: '/',
      env: OUTER_ENV,
      third: keyFilter(),
      timeoutMs: 60_000,
      maxOutputBytes: 10_000,
      signal: new AbortController().signal,
    })

  it.runIf(isRoot)(
    'contextmaker works with an environment under a folder that only root may enter',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'almanac-closed-'))
      remove.push(() => {
        rmSync(folder, { recursive: true })
      })
      const closed = join(folder, 'venv')
      spawnSync(join(venv, 'bin', 'python'), ['-m', 'venv', '--without-pip', closed])
      const python = /python3\.\d+/.exec(
        readFileSync(join(venv, 'installed'), 'utf8').replace('python ', 'python'),
      )
      spawnSync('mkdir', [join(closed, 'lib', python?.[0] ?? '', 'logs')])
      const { program, args } = sandboxCommand({
        venv: closed,
        python: python?.[0] ?? '',
        marker: 'ctx-test',
        processes: 64,
        uid: sandboxUid(0, process.pid),
        command: [join(closed, 'bin', 'python'), '-c', 'import sys; print(sys.prefix)'],
      })
      const ran = await ranWithFilter(program, args)
      expect(ran.stdout.trim()).toBe(closed)
    },
  )

  it.runIf(isRoot)('contextmaker works for an ordinary user, who cannot switch users', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'almanac-user-'))
    remove.push(() => {
      rmSync(folder, { recursive: true })
    })
    chmodSync(folder, 0o755)
    const closed = join(folder, 'venv')
    spawnSync(join(venv, 'bin', 'python'), ['-m', 'venv', '--without-pip', closed])
    const { program, args } = sandboxCommand({
      venv: closed,
      python: 'python3',
      marker: 'ctx-test',
      processes: 64,
      uid: undefined,
      command: [
        join(closed, 'bin', 'python'),
        '-c',
        'import os; print(os.getuid(), os.listdir("/"), os.listdir("/usr"))',
      ],
    })
    spawnSync('mkdir', ['-p', join(closed, 'lib', 'python3', 'logs')])
    const asUser = ['--reuid=1999', '--regid=1999', '--clear-groups', '--', program, ...args]
    const ran = await ranWithFilter('setpriv', asUser)
    expect(ran.stderr).toBe('')
    expect(ran.stdout).toContain('65534 [')
    for (const name of ['root', 'proc', 'local']) expect(ran.stdout).not.toContain(name)
  })

  it('the doctor checks contextmaker', async () => {
    const config = { ...loadConfig({ env: {}, root: packageRoot }), toolsDir: join(venv, '..') }
    expect(await checkContextmaker(config)).toEqual({
      name: 'contextmaker',
      state: 'ok',
      found: '1.8.8 in its sandbox',
    })
  })

  it('doctor says what is missing if bubblewrap is not installed', async () => {
    const without = createContextmaker({ venv, bubblewrap: '/nowhere/bwrap' })
    expect(await without.ready()).toMatchObject({ ok: false, missing: 'bubblewrap is not installed' })
    const request = {
      tree: tree(GOOD_LIBRARY),
      name: 'orbit',
      mode: 'safe',
      signal: new AbortController().signal,
    } as const
    await expect(without.make(request)).rejects.toMatchObject({ type: 'Misconfigured' })
  })

  it('doctor says what is missing if contextmaker is not installed', async () => {
    const nowhere = createContextmaker({ venv: join(tmpdir(), 'no-such-venv') })
    expect(await nowhere.ready()).toMatchObject({
      ok: false,
      missing: `contextmaker is not installed in ${join(tmpdir(), 'no-such-venv')}`,
    })
  })
})
