/** The soak of the spool: the kill loop of its test, with as many rounds as told. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { print } from '../../../cli/output.ts'
import { packageRoot } from '../../../system/package-root.ts'

const TEST = 'tests/integration/spool/spool-kills.test.ts'
/** A round starts two processes, which takes a second or two (seven on a machine with a load of 20), and kills them within another half. */
const ROUND_MS = 30_000

/** What vitest writes of the tests it ran. */
interface Report {
  numPassedTests: number
  numFailedTests: number
}

/** Kills a writer and a drainer so many times; answers 1 where an acknowledged call was lost or doubled, else 0. */
export async function soakSpool(rounds: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'almanac-soak-'))
  const file = join(folder, 'report.json')
  try {
    print(`${rounds} rounds, in each of them a writer and a drainer are killed`)
    const startedAt = performance.now()
    await runTest(rounds, file)
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8')) as Report
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
    // The test says its rounds in its name: one that does other rounds than these is not run.
    if (numPassedTests + numFailedTests !== 1)
      throw new Error(
        `expected a test of ${rounds} rounds in ${TEST}; it found ${numPassedTests + numFailedTests}`,
      )
    print(
      numFailedTests === 0 ? `nothing lost, nothing doubled, ${seconds} s` : `FOUND  see above, ${seconds} s`,
    )
    return numFailedTests
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function runTest(rounds: number, file: string): Promise<void> {
  const vitest = join(packageRoot, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const which = [TEST, '-t', `, ${rounds} times at random moments`, `--test-timeout=${rounds * ROUND_MS}`]
  const child = spawn(process.execPath, [vitest, 'run', ...which, ...reporters], {
    cwd: packageRoot,
    env: { ...process.env, SPOOL_KILL_ROUNDS: String(rounds) },
    stdio: 'inherit',
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', () => {
      resolve()
    })
  })
}
