/** The migrations make the tables that the schema describes: a forgotten one would count as an unavailable database. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { packageRoot } from '../../../system/package-root.ts'

const folder = mkdtempSync(join(tmpdir(), 'almanac-migrations-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

it('the migrations hold every change of the schema', () => {
  const migrations = join(packageRoot, 'db', 'migrations')
  cpSync(migrations, folder, { recursive: true })
  const options = ['--dialect=postgresql', '--schema=./db/schema/index.ts', '--casing=snake_case']
  const kit = join(packageRoot, 'node_modules', 'drizzle-kit', 'bin.cjs')
  execFileSync(process.execPath, [kit, 'generate', ...options, `--out=${relative(packageRoot, folder)}`], {
    cwd: packageRoot,
    stdio: 'pipe',
  })
  expect(readdirSync(folder).toSorted(), 'run npm run db:generate').toEqual(
    readdirSync(migrations).toSorted(),
  )
})
