/**
 * The tests with the tag `long`, which start, kill and wait for programs, compute for long, or vary a run; and the
 * properties, each tried more often than with a change. All of them, or one of so many parts, which the seed chooses.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { print } from '../../cli/output.ts'
import { packageRoot } from '../../system/package-root.ts'
import { LONG_UNIT_MS } from '../support/bounds.ts'
import { RUNS_FACTOR } from '../support/property-runs.ts'

const VITEST = join(packageRoot, 'node_modules', 'vitest', 'vitest.mjs')
const FOLDERS = ['integration', 'programs', 'unit', 'workflows'].map((name) => join('tests', name))
/** As a file has a tag: for some tests, or in a comment for all. Vitest then chooses by its name. */
const TAG = /\btags:|@module-tag\b|\beachVariant\b/
const PROPERTY = /support\/property-runs\.ts'/
/** With these a file takes seconds to a minute. */
const RUNS = 10

/** Returns 1 if one failed, else 0; the tests name it themselves. */
export async function runLongTests({ parts, seed }: { parts: number; seed: number }): Promise<number> {
  const part = seed % parts
  const filesWith = (said: RegExp) =>
    testFiles()
      .filter(([, text]) => said.test(text))
      .map(([file]) => file)
      .filter((_, at) => at % parts === part)
  print(`part ${part + 1} of ${parts} with seed ${seed}`)
  const codes = [
    await vitest('--tagsFilter=long', filesWith(TAG)),
    await vitest('--tagsFilter=!long', filesWith(PROPERTY), { [RUNS_FACTOR]: String(RUNS) }),
  ]
  return codes.every((code) => code === 0) ? 0 : 1
}

async function vitest(
  filter: string,
  files: string[],
  env: Record<string, string> = {},
): Promise<number | null> {
  // Without a file, all of them would run.
  if (files.length === 0) return 0
  // Ten times the runs do not fit into what a unit test gets; whoever sets more of its own keeps it.
  const bounds = env[RUNS_FACTOR] === undefined ? [] : [`--testTimeout=${LONG_UNIT_MS}`]
  const child = spawn(process.execPath, [VITEST, 'run', filter, ...bounds, ...files], {
    cwd: packageRoot,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return code
}

/** Every file with its text: only those that are chosen by it are loaded, which takes longer than most tests. */
function testFiles(): [file: string, text: string][] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => join(folder, name)),
  ).map((file) => [file, readFileSync(join(packageRoot, file), 'utf8')])
}
