/**
 * The tests with the tag `long`, whose programs are started, killed and waited for: all of them, or one of so many parts,
 * which the seed chooses.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { print } from '../../cli/output.ts'
import { packageRoot } from '../../system/package-root.ts'

const VITEST = join(packageRoot, 'node_modules', 'vitest', 'vitest.mjs')
const FOLDERS = [join('tests', 'integration'), join('tests', 'workflows')]
/** As a file has a tag: for some tests, or in a comment for all. Vitest then chooses by its name. */
const TAG = /\btags:|@module-tag\b/

/** Returns 1 if one failed, else 0; the tests name it themselves. */
export async function runLongTests({ parts, seed }: { parts: number; seed: number }): Promise<number> {
  const part = seed % parts
  const files = longFiles().filter((_, i) => i % parts === part)
  print(`part ${part + 1} of ${parts} with seed ${seed}`)
  const child = spawn(process.execPath, [VITEST, 'run', '--tagsFilter=long', ...files], {
    cwd: packageRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return code === 0 ? 0 : 1
}

/** Only these are loaded: that takes longer than most tests. */
function longFiles(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => join(folder, name)),
  ).filter((file) => TAG.test(readFileSync(join(packageRoot, file), 'utf8')))
}
