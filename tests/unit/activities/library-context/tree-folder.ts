/** A source tree that a test writes into its own folder. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Writes the files below a fresh folder, which is removed when the test ends; returns the folder. */
export function treeOf(files: Record<string, string | Buffer>): string {
  const above = mkdtempSync(join(tmpdir(), 'almanac-tree-'))
  onTestFinished(() => {
    rmSync(above, { recursive: true, force: true })
  })
  const root = join(above, 'clone')
  mkdirSync(root)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}
