/** What the tests of the git client ask, and of whom. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { MINUTE_MS } from '../../../../core/durations.ts'
import type { Clone, CloneRequest } from '../../../../upstreams/git/git-clone.ts'
import { createGit } from '../../../../upstreams/git/git.ts'
import { gitHost, type Before, type Entry, type GitHost } from './git-host.ts'
import { calm, rejection } from '../../../unit/upstreams/loopback.ts'

/** The repository that most tests make. */
export const NAME = 'astro/stars'
/** A small tree. */
export const PLAIN: Record<string, Entry> = {
  'README.md': { file: '# Stars\n' },
  'src/stars.py': { file: 'x = 1\n' },
}
export const MB = 1_000_000

/** A folder of this test, removed with it. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'git-test-'))
  onTestFinished(() => {
    rmSync(made, { recursive: true, force: true })
  })
  return made
}

/** A client that is handed the whole environment of this process. */
export const client = (host: { baseUrl: string }) =>
  createGit({ baseUrl: host.baseUrl, environment: process.env })

/** A clone of `NAME` into a folder of this test. */
export const request = (given: Partial<CloneRequest> = {}): CloneRequest => ({
  fullName: NAME,
  target: join(folder(), 'clone'),
  maxBytes: 50 * MB,
  timeoutMs: MINUTE_MS,
  signal: calm(),
  ...given,
})

/** Clones, and says where. */
export async function cloned(
  host: GitHost,
  given: Partial<CloneRequest> = {},
): Promise<Clone & { target: string }> {
  const asked = request(given)
  return { ...(await client(host).clone(asked)), target: asked.target }
}

/** Fails every clone and every question of the same client with the same answer, without a repository; gives both failures. */
export async function bothFail(before: Before, name = NAME): Promise<unknown[]> {
  const host = await gitHost(before)
  const asked = request({ fullName: name })
  const failures = [
    await rejection(client(host).head(name, calm())),
    await rejection(client(host).clone(asked)),
  ]
  expect(existsSync(asked.target)).toBe(false)
  return failures
}

/** Answers everything with this status. */
export const says =
  (status: number, body = '', headers: Record<string, string> = { 'content-type': 'text/plain' }): Before =>
  (_asked, response) => {
    response.writeHead(status, headers).end(body)
    return true
  }
