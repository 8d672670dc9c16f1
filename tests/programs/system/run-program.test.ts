/** Programs of the machine end with who runs them, however that one ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { packageRoot } from '../../../system/package-root.ts'
import { runProgram } from '../../../system/run-program.ts'
import { until } from '../../support/until.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-program-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function isGroupThere(group: number): boolean {
  try {
    process.kill(-group, 0)
    return true
  } catch {
    return false
  }
}

describe('a program that is to end with us', () => {
  it('kills a program and all that it started when we are killed', async () => {
    const file = join(folder, 'group')
    const script = join(packageRoot, 'tests', 'support', 'program-owner.ts')
    const owner = spawn(process.execPath, ['--import', 'tsx', script, file], { cwd: packageRoot })
    const group = await until(() => existsSync(file) && Number(readFileSync(file, 'utf8')))
    await until(() => existsSync(`${file}.guarded`))
    expect(isGroupThere(group)).toBe(true)
    owner.kill('SIGKILL')
    await once(owner, 'close')
    await until(() => !isGroupThere(group))
  })

  it('returns the result of a program that ends by itself', async () => {
    const result = await runProgram({
      program: '/bin/sh',
      args: ['-c', 'echo done; exit 3'],
      env: {},
      cwd: '/',
      timeoutMs: 60_000,
      maxOutputBytes: 1_000,
      signal: new AbortController().signal,
      endsWithUs: true,
    })
    expect(result).toMatchObject({ code: 3, stdout: 'done\n' })
  })
})
