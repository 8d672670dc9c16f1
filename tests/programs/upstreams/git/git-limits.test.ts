/** A clone ends: by its size, its time, its memory, or because nobody wants it any more. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createGit } from '../../../../upstreams/git/git.ts'
import { client, MB, NAME, PLAIN, request } from './git-asking.ts'
import { commitTree, git, gitHost, repository, type Entry, type GitHost } from './git-host.ts'
import { rejection } from '../../../unit/upstreams/loopback.ts'

/** Ids of the processes whose command line holds a text. */
const processesWith = (text: string): string[] =>
  readdirSync('/proc')
    .filter((id) => /^\d+$/.test(id) && Number(id) !== process.pid)
    .filter((id) => {
      try {
        return readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(text)
      } catch {
        return false
      }
    })

/** A host that takes requests and never answers; `reached` resolves with the first. */
async function silentHost(): Promise<{ host: GitHost; reached: Promise<void> }> {
  let reach: () => void = () => undefined
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  const host = await gitHost(() => {
    reach()
    return true
  })
  return { host, reached }
}

const randomFile = (bytes: number): Entry => ({
  file: Buffer.from(crypto.getRandomValues(new Uint8Array(65_536))).subarray(0, bytes),
})

describe('a limit', () => {
  it('ends a clone whose pack is too large, and leaves nothing', async () => {
    const host = await gitHost()
    repository(
      host,
      NAME,
      Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}.bin`, randomFile(65_536)])),
    )
    const asked = request({ maxBytes: 1 * MB })
    const failure = await rejection(client(host).clone(asked))
    expect(failure).toMatchObject({
      type: 'CommandFailed',
      message: expect.stringContaining('larger than 1 MB') as string,
    })
    expect(existsSync(asked.target)).toBe(false)
  })

  it('ends a clone whose pack is small and whose files are not', async () => {
    const host = await gitHost()
    const zeros: Entry = { file: Buffer.alloc(1 * MB) }
    repository(
      host,
      NAME,
      Object.fromEntries(Array.from({ length: 4 }, (_, index) => [`${index}.bin`, zeros])),
    )
    const asked = request({ maxBytes: 2 * MB })
    const failure = await rejection(client(host).clone(asked))
    expect(failure).toMatchObject({
      type: 'CommandFailed',
      message: expect.stringContaining('larger than 2 MB') as string,
    })
    expect(existsSync(asked.target)).toBe(false)
  })

  it('ends a clone from a silent host by time, processes included', async () => {
    const { host } = await silentHost()
    const asked = request({ timeoutMs: 700 })
    expect(await rejection(client(host).clone(asked))).toMatchObject({ type: 'CommandTimedOut' })
    expect(processesWith(host.baseUrl)).toEqual([])
    expect(existsSync(asked.target)).toBe(false)
  })

  it('ends a clone of a small pack that stands for millions of files by memory', async () => {
    const host = await gitHost()
    repository(host, NAME, PLAIN)
    const dir = join(host.root, `${NAME}.git`)
    let tree = git(dir, ['rev-parse', 'main^{tree}']).trim()
    for (let depth = 0; depth < 6; depth += 1) {
      const same = Array.from({ length: 10 }, (_, index) => `040000 tree ${tree}\td${index}\n`).join('')
      tree = git(dir, ['mktree'], Buffer.from(same)).trim()
    }
    const small = createGit({ baseUrl: host.baseUrl, environment: process.env, memoryKb: 60_000 })
    // Enough for an ordinary one.
    expect(await small.clone(request())).toMatchObject({ commit: expect.any(String) as string })
    commitTree(dir, tree)
    const asked = request()
    const failure = await rejection(small.clone(asked))
    expect(failure).toMatchObject({
      type: 'CommandFailed',
      message: expect.stringContaining('Out of memory') as string,
    })
    expect(existsSync(asked.target)).toBe(false)
  })
})

describe('a list of branches', () => {
  it('ends a request whose response has no end by memory', async () => {
    const host = await gitHost((_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' })
      response.write('001e# service=git-upload-pack\n0000')
      let sent = 0
      const more = (): void => {
        while (!response.destroyed && response.write(refs(sent++)));
      }
      response.on('drain', more)
      more()
      return true
    })
    const small = createGit({ baseUrl: host.baseUrl, environment: process.env, memoryKb: 60_000 })
    const failure = await rejection(small.head(NAME, new AbortController().signal))
    expect(failure).toMatchObject({
      type: 'CommandFailed',
      message: expect.stringContaining('Out of memory') as string,
    })
    expect(processesWith(host.baseUrl)).toEqual([])
  })
})

/** A thousand branches, as the first version of the protocol lists them. */
function refs(part: number): string {
  const line = (index: number) =>
    `${'1'.repeat(40)} refs/heads/${'x'.repeat(60)}-${part * 1_000 + index}${index === 0 && part === 0 ? '\0agent=test' : ''}\n`
  return Array.from({ length: 1_000 }, (_, index) => {
    const text = line(index)
    return (text.length + 4).toString(16).padStart(4, '0') + text
  }).join('')
}

describe('a cancellation', () => {
  it('a cancellation ends a clone at once with its own reason, processes included', async () => {
    const { host, reached } = await silentHost()
    const controller = new AbortController()
    const asked = request({ signal: controller.signal })
    const ended = rejection(client(host).clone(asked))
    await reached
    expect(processesWith(host.baseUrl)).not.toEqual([])
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await ended).toBe(reason)
    expect(processesWith(host.baseUrl)).toEqual([])
    expect(existsSync(asked.target)).toBe(false)
  })

  it('a cancellation ends a request at once with its own reason', async () => {
    const { host, reached } = await silentHost()
    const controller = new AbortController()
    const ended = rejection(client(host).head(NAME, controller.signal))
    await reached
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await ended).toBe(reason)
    expect(processesWith(host.baseUrl)).toEqual([])
  })

  it('a cancellation before the start leaves nothing to do', async () => {
    const host = await gitHost()
    const asked = request({ signal: AbortSignal.abort(new Error('before')) })
    expect(await rejection(client(host).clone(asked))).toMatchObject({ message: 'before' })
    expect([existsSync(asked.target), host.asked]).toEqual([false, []])
  })
})
