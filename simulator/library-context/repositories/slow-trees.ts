/** Repositories that are slow or large to read: each a small package, and one file (or many) made for its reader. */
import type { PythonPackage } from './package-template.ts'
import { file, replaced, type TreeFile } from './tree-file.ts'

const KB = 1_024
/** As large as a README, a source and a notebook may be to be read at all. */
const README_BYTES = 253 * KB
const SOURCE_BYTES = 500 * KB
const NOTEBOOK_BYTES = 15 * 1_024 * KB
const LINES = 200_000
const FENCES = 130_000
const FILES = 50_000

const filled = (part: string, bytes: number): string => part.repeat(Math.floor(bytes / part.length))

export const SLOW_TREES = {
  /** Each of many short lines has to be looked for in a long README. */
  'slow-readme': (made) =>
    replaced(made.files, [
      file('README.md', filled('ab ', README_BYTES)),
      file('docs/words.md', 'zz\n'.repeat(LINES)),
    ]),
  'slow-names': (made) =>
    replaced(made.files, [
      file(`${made.name}/names.py`, `__all__ = []\n${filled("__all__+=['n']\n", SOURCE_BYTES)}`),
    ]),
  'many-fences': (made) => replaced(made.files, [file('examples/fences.sh', filled('``` ', FENCES * 4))]),
  'large-notebook': (made) =>
    replaced(made.files, [file('notebooks/cells.ipynb', `{"cells":[${filled('[],', NOTEBOOK_BYTES)}[]]}`)]),
  'many-files': (made) =>
    replaced(
      made.files,
      Array.from({ length: FILES }, (_, at) => file(`data/${at % 100}/${at}.txt`, '')),
    ),
} as const satisfies Record<string, (made: PythonPackage) => TreeFile[]>
