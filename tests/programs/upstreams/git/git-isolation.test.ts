/** Git runs as if nobody had set anything, and goes nowhere but to the address that is ours to build. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createGit } from '../../../../upstreams/git/git.ts'
import { client, cloned, folder, NAME, PLAIN, request } from './git-asking.ts'
import { gitHost, repository, type GitHost } from './git-host.ts'
import { calm, rejection } from '../../../unit/upstreams/loopback.ts'

describe('settings of the machine and of the caller', () => {
  /** A home, a template and variables that would each run a program or lead elsewhere, if git saw them. */
  function traps(host: GitHost): string {
    const home = folder()
    const trace = join(home, 'ran')
    const program = join(home, 'program')
    writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> ${trace}\ncat\n`, { mode: 0o755 })
    mkdirSync(join(home, 'hooks'))
    mkdirSync(join(home, 'template/hooks'), { recursive: true })
    for (const dir of ['hooks', 'template/hooks']) {
      writeFileSync(join(home, dir, 'post-checkout'), `#!/bin/sh\necho hook >> ${trace}\n`, { mode: 0o755 })
    }
    const config = [
      `[url "http://127.0.0.1:1/"]\n\tinsteadOf = ${host.baseUrl}/`,
      `[core]\n\thooksPath = ${home}/hooks\n\tfsmonitor = ${program}\n\tattributesFile = ${home}/attributes`,
      `[init]\n\ttemplateDir = ${home}/template`,
      `[filter "trap"]\n\tsmudge = ${program}`,
      `[credential]\n\thelper = !${program}`,
    ]
    writeFileSync(join(home, 'attributes'), '* filter=trap\n')
    writeFileSync(join(home, '.gitconfig'), `${config.join('\n')}\n`)
    writeFileSync(join(home, '.netrc'), 'machine 127.0.0.1 login somebody password secret\n', { mode: 0o600 })
    const variables = {
      HOME: home,
      XDG_CONFIG_HOME: home,
      GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.hooksPath',
      GIT_CONFIG_VALUE_0: join(home, 'hooks'),
      GIT_TEMPLATE_DIR: join(home, 'template'),
      GIT_DIR: join(home, 'elsewhere.git'),
      GIT_WORK_TREE: home,
      GIT_INDEX_FILE: join(home, 'index'),
      GIT_SSH_COMMAND: program,
      GIT_ASKPASS: program,
      SSH_ASKPASS: program,
      GIT_TRACE: join(home, 'trace'),
      http_proxy: 'http://127.0.0.1:1',
    }
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    return home
  }

  it('settings of the machine and of the caller have no effect', async () => {
    const host = await gitHost()
    const [newest] = repository(host, NAME, PLAIN)
    const home = traps(host)
    const before = readdirSync(home).sort()
    expect(await client(host).head(NAME, calm())).toBe(newest)
    const { commit, target } = await cloned(host)
    expect(commit).toBe(newest)
    expect(readdirSync(target).sort()).toEqual(['.git', 'README.md', 'src'])
    expect(existsSync(join(target, '.git/hooks'))).toBe(false)
    expect(readdirSync(home).sort()).toEqual(before)
  })

  it('settings of the machine give no password to a host that asks for one', async () => {
    const sent: (string | undefined)[] = []
    const host = await gitHost((asked, response) => {
      sent.push(asked.headers.authorization)
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
      return true
    })
    traps(host)
    expect(await rejection(client(host).head(NAME, calm()))).toMatchObject({ type: 'NotFound' })
    expect(sent).toEqual([undefined])
  })

  it('the same settings affect a git that sees them', async () => {
    const host = await gitHost()
    repository(host, NAME, PLAIN)
    const home = traps(host)
    for (const name of ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE']) vi.stubEnv(name, undefined)
    const run = (...args: string[]) => promisify(execFile)('git', args, { cwd: home })
    await expect(run('clone', `${host.baseUrl}/${NAME}.git`, join(home, 'a'))).rejects.toThrow('127.0.0.1:1')
    writeFileSync(
      join(home, '.gitconfig'),
      readFileSync(join(home, '.gitconfig'), 'utf8').replace(/^.*insteadOf.*$/m, ''),
    )
    await run('clone', '-c', 'http.proxy=', `${host.baseUrl}/${NAME}.git`, join(home, 'b'))
    expect(readFileSync(join(home, 'ran'), 'utf8')).toContain('hook')
  })
})

describe('an address', () => {
  it.each([
    'http://github.com',
    'http://127.0.0.1.example.org',
    'http://localhost.example.org',
    'file:///srv/git',
    'ext::sh',
    'git://github.com',
    'ssh://git@github.com',
    'https://user:secret@github.com',
    'https://github.com?x=1',
    'github.com',
    '',
  ])('rejects the address %j', async (baseUrl) => {
    const failure = await rejection(Promise.resolve().then(() => createGit({ baseUrl })))
    expect(failure).toMatchObject({ type: 'Misconfigured' })
    expect(String(failure)).not.toContain('secret')
  })

  it.each([
    'https://github.com',
    'https://git.example.org/mirror/',
    'http://localhost:7400/git',
    'http://[::1]:80',
  ])('accepts the address %j', (baseUrl) => {
    expect(createGit({ baseUrl })).toHaveProperty('clone')
  })

  it('accepts an address with a path before the names, within which redirects stay', async () => {
    const host = await gitHost((asked, response) => {
      const path = asked.url ?? ''
      const known: Record<string, string> = { 'astro/old': '/git/astro/new', 'astro/out': '/astro/stars' }
      const name = /^\/git\/(astro\/\w+)/.exec(path)?.[1] ?? ''
      const location = known[name]
      if (location === undefined) asked.url = path.replace(/^\/git/, '')
      else response.writeHead(302, { location: `${location}/info/refs?service=git-upload-pack` }).end()
      return location !== undefined
    })
    const [newest] = repository(host, 'astro/new', PLAIN)
    repository(host, NAME, PLAIN)
    const prefixed = createGit({ baseUrl: `${host.baseUrl}/git/` })
    expect(await prefixed.head('astro/old', calm())).toBe(newest)
    expect(await rejection(prefixed.head('astro/out', calm()))).toMatchObject({ type: 'Blocked' })
  })
})

describe('a name', () => {
  it.each([
    '--upload-pack=true',
    '-o/x',
    'astro/..',
    '../../etc/passwd',
    'astro/stars/more',
    'astro/stars.git',
    'astro/st ars',
    'astro/stars\n',
    'astro/stars?x',
    'astro@host/stars',
    'https://example.org/astro/stars',
    'ext::sh/x',
    '',
  ])('the name %j never reaches git', async (fullName) => {
    const host = await gitHost()
    const asked = request({ fullName })
    expect(await rejection(client(host).head(fullName, calm()))).toMatchObject({ type: 'PayloadInvalid' })
    expect(await rejection(client(host).clone(asked))).toMatchObject({ type: 'PayloadInvalid' })
    expect([existsSync(asked.target), host.asked]).toEqual([false, []])
  })

  it('accepts a name that begins with a dash', async () => {
    const host = await gitHost()
    const [newest] = repository(host, 'astro/-x', PLAIN)
    expect(await cloned(host, { fullName: 'astro/-x' })).toMatchObject({ commit: newest })
  })
})

describe('a machine without git', () => {
  it('reports a machine without git', async () => {
    const host = await gitHost()
    const bare = createGit({ baseUrl: host.baseUrl, environment: { PATH: folder() } })
    const asked = request()
    expect(await rejection(bare.head(NAME, calm()))).toMatchObject({ type: 'Misconfigured' })
    expect(await rejection(bare.clone(asked))).toMatchObject({ type: 'Misconfigured' })
    expect(existsSync(asked.target)).toBe(false)
  })
})
