/** The real contextmaker in the real sandbox, and small source trees for it, good ones and hostile ones. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import { plain } from '../../../activities/library-context/tree/document-text.ts'
import { ensureContextmaker } from '../../../local/contextmaker-venv.ts'
import { packageRoot } from '../../../system/package-root.ts'

const hasBubblewrap = spawnSync('bwrap', ['--version']).status === 0

/** `describe`, skipped with a plain word if the machine has no bubblewrap; in CI that is a failure. */
export function describeSandbox(name: string, tests: () => void): void {
  if (hasBubblewrap || process.env.CI === 'true') describe(name, tests)
  else describe.skip(`${name} (skipped: no bubblewrap)`, tests)
}

/** What contextmaker made, its text as it is judged. */
export function inText<Made extends { markdown: Buffer }>(made: Made) {
  return { ...made, markdown: plain(made.markdown.toString('utf8')) }
}

/** The venv of this clone; made at the first use, which takes ten seconds and a package index. */
export function testVenv(): Promise<string> {
  return ensureContextmaker(join(packageRoot, '.almanac', 'tools'), () => undefined)
}

/** A new folder, which only this user may enter, with these files. */
export function sourceTree(files: Record<string, string>): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'almanac-tree-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  const remove = () => {
    rmSync(path, { recursive: true, force: true })
  }
  return { path, remove }
}

/** A small library with Sphinx pages. */
export const GOOD_LIBRARY = {
  'README.md': '# Orbit\n\nComputes orbits.\n',
  'docs/conf.py': 'extensions = ["sphinx.ext.autodoc", "some_theme_nobody_has"]\nproject = "Orbit"\n',
  'docs/index.rst': 'Orbit\n=====\n\n.. toctree::\n\n   use\n',
  'docs/use.rst': [
    'Using orbit',
    '===========',
    '',
    'Call :func:`orbit.period` with the semi-major axis.',
    '',
    '.. code-block:: python',
    '',
    '   from orbit import period',
    '   if period(1.0) > 0:',
    '       print("it goes round")',
    '',
    '.. plot::',
    '   :include-source:',
    '',
    '   import orbit',
    '   orbit.draw(eccentricity=0.3)',
    '',
    '.. tab-set::',
    '',
    '   .. tab-item:: Linux',
    '',
    '      Text inside an extension that is not installed.',
    '',
  ].join('\n'),
  'orbit/__init__.py': 'def period(a):\n    """Period of an orbit, in years."""\n    return a ** 1.5\n',
}

/** A library whose Sphinx configuration is this program. */
export function hostileLibrary(conf: string): Record<string, string> {
  return { ...GOOD_LIBRARY, 'docs/conf.py': conf }
}
