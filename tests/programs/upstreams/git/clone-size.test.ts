/** A folder that somebody writes into, and how large it may become. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { treeSize, whileSmall } from '../../../../upstreams/git/clone-size.ts'
import { folder, MB } from './git-asking.ts'
import { calm, rejection } from '../../../unit/upstreams/loopback.ts'

const bounds = (root: string, signal = calm()) => ({ root, maxBytes: MB, what: 'The clone', signal })

/** Lasts until its signal ends it. */
const untilEnded = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error)
    })
  })

describe('the size of a folder', () => {
  it('counts the files under a folder, and of a link the link itself', async () => {
    const root = folder()
    const outside = folder()
    writeFileSync(join(outside, 'large'), Buffer.alloc(5 * MB, 1))
    const empty = await treeSize(root)
    mkdirSync(join(root, 'a/b'), { recursive: true })
    writeFileSync(join(root, 'a/b/file'), Buffer.alloc(100_000, 1))
    symlinkSync(outside, join(root, 'folder'))
    symlinkSync(join(outside, 'large'), join(root, 'file'))
    const { bytes, entries } = await treeSize(root)
    expect(entries - empty.entries).toBe(5)
    expect(bytes - empty.bytes).toBeGreaterThanOrEqual(100_000)
    expect(bytes).toBeLessThan(MB)
  })

  it('returns a size of zero if the folder is gone', async () => {
    expect(await treeSize(join(folder(), 'gone'))).toEqual({ bytes: 0, entries: 0 })
  })
})

describe('what writes into a folder', () => {
  it('ends the work in a folder when the folder is too large', async () => {
    const root = folder()
    const ended = rejection(
      whileSmall(bounds(root), (signal) => {
        writeFileSync(join(root, 'large'), Buffer.alloc(2 * MB, 1))
        return untilEnded(signal)
      }),
    )
    expect(await ended).toMatchObject({
      type: 'CommandFailed',
      message: 'The clone is larger than 1 MB; it was stopped.',
    })
  })

  it("ends the work in a folder with the caller's own reason", async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    const ended = rejection(whileSmall(bounds(folder(), controller.signal), untilEnded))
    controller.abort(reason)
    expect(await ended).toBe(reason)
  })

  it('leaves the work in a small folder alone', async () => {
    expect(await whileSmall(bounds(folder()), () => Promise.resolve('done'))).toBe('done')
  })
})
