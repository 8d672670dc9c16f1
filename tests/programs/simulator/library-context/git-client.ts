/** The real git as a client of the simulator, with nothing of the user's settings. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { runProgram, type ProgramResult } from '../../../../system/run-program.ts'

/** Well above what the largest clone takes on a busy machine. */
const TIMEOUT_MS = 60_000
const OUTPUT_BYTES = 1_000_000

/** A folder for the calling file's tests, removed after them. */
export function scratchFolder(): { get: () => string } {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'almanac-test-git-'))
  })
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
  })
  return { get: () => folder }
}

/** Runs git in a folder and tells how it ended; it never asks for a password. */
export function git(cwd: string, args: readonly string[], signal?: AbortSignal): Promise<ProgramResult> {
  return runProgram({
    program: 'git',
    args,
    cwd,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: cwd,
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
    },
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: OUTPUT_BYTES,
    signal: signal ?? AbortSignal.timeout(TIMEOUT_MS),
  })
}

/** What a git that must succeed prints; throws with what it said where it does not. */
export async function gitText(cwd: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await git(cwd, args)
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}
