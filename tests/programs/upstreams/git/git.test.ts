/** The real git against a server on loopback: what it brings, and what it leaves there. */
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bothFail, client, cloned, folder, NAME, PLAIN, request, says } from './git-asking.ts'
import { commitTree, git, gitHost, repository } from './git-host.ts'
import { calm, rejection } from '../../../unit/upstreams/loopback.ts'

describe('the newest commit', () => {
  it('returns the newest commit without cloning', async () => {
    const host = await gitHost()
    const [, newest] = repository(host, NAME, PLAIN, { 'a.txt': { file: 'a' } })
    expect(await client(host).head(NAME, calm())).toBe(newest)
  })

  it('returns the commit of HEAD even if a branch and a tag are called HEAD too', async () => {
    const host = await gitHost()
    const [oldest = '', newest] = repository(host, NAME, PLAIN, { 'a.txt': { file: 'a' } })
    const dir = join(host.root, `${NAME}.git`)
    git(dir, ['update-ref', 'refs/heads/HEAD', oldest])
    git(dir, ['update-ref', 'refs/tags/HEAD', oldest])
    expect(await client(host).head(NAME, calm())).toBe(newest)
  })

  it('returns no commit for a repository without one', async () => {
    const host = await gitHost()
    repository(host, NAME)
    expect(await client(host).head(NAME, calm())).toBeUndefined()
  })

  it.each([
    ['of one line, which git takes for a list without a branch', '<html><body>Please log in</body></html>'],
    ['of several lines', '<html><body>\nPlease log in\n</body></html>\n'],
  ])('fails, and does not report an empty repository, if a web page responds %s', async (_what, body) => {
    const page = says(200, body, { 'content-type': 'text/html' })
    const failures = await bothFail(page)
    expect(failures).toEqual([
      expect.objectContaining({ type: 'PayloadInvalid' }),
      expect.objectContaining({ type: 'PayloadInvalid' }),
    ])
  })
})

describe('a clone', () => {
  it('clones the files of the newest commit alone, and returns which and how large', async () => {
    const host = await gitHost()
    const [, newest] = repository(host, NAME, { 'old.txt': { file: 'old' } }, PLAIN)
    git(join(host.root, `${NAME}.git`), ['tag', 'v1', 'main'])
    const { commit, bytes, target } = await cloned(host)
    expect(commit).toBe(newest)
    expect(readFileSync(join(target, 'src/stars.py'), 'utf8')).toBe('x = 1\n')
    expect(readdirSync(target).sort()).toEqual(['.git', 'README.md', 'src'])
    expect(git(target, ['rev-list', '--count', '--all']).trim()).toBe('1')
    expect(git(target, ['tag']).trim()).toBe('')
    // Of each entry what it takes on the disk; a file system in memory counts no blocks for folders.
    const found = execFileSync('find', [target, '-printf', '%s %b\n'], { encoding: 'utf8' })
    const sizes = found
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number))
    expect(bytes).toBe(sizes.reduce((sum, [size = 0, blocks = 0]) => sum + Math.max(size, blocks * 512), 0))
  })

  it('makes a clone readable by another user, even if our own files are private', async () => {
    const host = await gitHost()
    repository(host, NAME, PLAIN)
    const before = process.umask(0o077)
    try {
      const { target } = await cloned(host)
      const modes = ['.', 'src', 'src/stars.py'].map((path) => lstatSync(join(target, path)).mode & 0o777)
      expect(modes).toEqual([0o755, 0o755, 0o644])
    } finally {
      process.umask(before)
    }
  })

  it('stores a link as a small text file', async () => {
    const host = await gitHost()
    repository(host, NAME, { ...PLAIN, 'passwd.md': { link: '/etc/passwd' } })
    const { target } = await cloned(host)
    expect(lstatSync(join(target, 'passwd.md')).isFile()).toBe(true)
    expect(readFileSync(join(target, 'passwd.md'), 'utf8')).toBe('/etc/passwd')
  })

  it.each([
    ['a file', 'file:///etc'],
    ['a program', 'ext::sh -c touch% MARK'],
    ['an option', '--upload-pack=touch MARK'],
  ])('does not fetch a submodule that is %s', async (_what, url) => {
    const host = await gitHost()
    const [commit = ''] = repository(host, 'astro/other', PLAIN)
    const mark = join(folder(), 'mark')
    const modules = `[submodule "sub"]\n\tpath = sub\n\turl = ${url.replace('MARK', mark)}\n`
    repository(host, NAME, { ...PLAIN, '.gitmodules': { file: modules }, sub: { submodule: commit } })
    const { target } = await cloned(host)
    expect(readdirSync(join(target, 'sub'))).toEqual([])
    expect(existsSync(join(target, '.git/modules'))).toBe(false)
    expect(existsSync(mark)).toBe(false)
  })

  it('leaves large-file pointers unchanged', async () => {
    const host = await gitHost()
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n'
    const config = `[lfs]\n\turl = ${host.baseUrl}/lfs\n[filter "lfs"]\n\tsmudge = touch smudged\n\trequired = true\n`
    const tree = {
      '.gitattributes': { file: '*.bin filter=lfs\n' },
      '.lfsconfig': { file: config },
      'a.bin': { file: pointer },
    }
    repository(host, NAME, tree)
    const { target } = await cloned(host)
    expect(readFileSync(join(target, 'a.bin'), 'utf8')).toBe(pointer)
    expect(existsSync(join(target, 'smudged'))).toBe(false)
    expect(host.asked.filter((one) => one.includes('lfs'))).toEqual([])
  })

  it('rejects a tree that writes into its own git folder', async () => {
    const host = await gitHost()
    repository(host, NAME, PLAIN)
    const dir = join(host.root, `${NAME}.git`)
    const mark = join(folder(), 'mark')
    const hook = Buffer.from(`#!/bin/sh\ntouch ${mark}\n`)
    const blob = git(dir, ['hash-object', '-w', '--stdin'], hook).trim()
    const hooks = git(dir, ['mktree'], Buffer.from(`100755 blob ${blob}\tpost-checkout\n`)).trim()
    const inner = git(dir, ['mktree'], Buffer.from(`040000 tree ${hooks}\thooks\n`)).trim()
    const tree = git(dir, ['mktree'], Buffer.from(`040000 tree ${inner}\t.git\n`)).trim()
    commitTree(dir, tree)
    const asked = request()
    expect(await rejection(client(host).clone(asked))).toMatchObject({ type: 'CommandFailed' })
    expect(existsSync(asked.target)).toBe(false)
    expect(existsSync(mark)).toBe(false)
  })

  it('does not clone a repository without a commit', async () => {
    const host = await gitHost()
    repository(host, NAME)
    const asked = request()
    const failure = await rejection(client(host).clone(asked))
    expect(failure).toMatchObject({
      type: 'NotFound',
      message: expect.stringContaining('is empty') as string,
    })
    expect(existsSync(asked.target)).toBe(false)
  })

  it('does not clone over something that exists', async () => {
    const host = await gitHost()
    repository(host, NAME, PLAIN)
    const target = join(folder(), 'clone')
    mkdirSync(target)
    writeFileSync(join(target, 'mine.txt'), 'mine')
    expect(await rejection(client(host).clone(request({ target })))).toMatchObject({ type: 'Conflict' })
    expect(readFileSync(join(target, 'mine.txt'), 'utf8')).toBe('mine')
    expect(host.asked).toEqual([])
  })
})
