/** The packages that simulated repositories hold: real Python, the same every time, and good enough for a context. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { judge } from '../../../../activities/library-context/quality-gate.ts'
import { publicSymbols, sourceWords } from '../../../../activities/library-context/tree/public-symbols.ts'
import { readTree } from '../../../../activities/library-context/tree/source-tree.ts'
import { staticContext } from '../../../../activities/library-context/tree/static-context.ts'
import {
  createLibraries,
  fullNameOf,
  type RepositoryKind,
} from '../../../../simulator/library-context/libraries.ts'
import { filesOf } from '../../../../simulator/library-context/repositories/files.ts'
import { pythonPackage } from '../../../../simulator/library-context/repositories/package-template.ts'
import { runProgram } from '../../../../system/run-program.ts'

const TIMEOUT_MS = 60_000
/** One library for each fixture, and a module of the fixture. */
const LIBRARIES = {
  aperphot: {
    fullName: 'sim-astro/Wide.Field-2',
    description: 'Fields "wide" and deep',
    module: 'apertures',
  },
  cosmodist: { fullName: 'sim-astro/2mass', description: 'Counts of galaxies', module: 'halos' },
  riskbook: { fullName: 'sim-finance/quant-lab', description: 'Quantitative finance', module: 'options' },
}
type Fixture = keyof typeof LIBRARIES
const FIXTURES = Object.keys(LIBRARIES) as Fixture[]

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'almanac-test-package-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function layOut(files: readonly { path: string; content: string | Buffer }[]): Promise<void> {
  for (const { path, content } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

function python(args: readonly string[]) {
  return runProgram({
    program: 'python3',
    // Without the packages of the machine: none is needed, and to look for them takes longer than what is run.
    args: ['-S', ...args],
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, PYTHONPATH: join(folder, 'src') },
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: 1_000_000,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
}

const DOCTEST = `import doctest, importlib, pathlib, sys
for module in pathlib.Path("src").rglob("*.py"):
    name = ".".join(module.relative_to("src").with_suffix("").parts).removesuffix(".__init__")
    print("module", *doctest.testmod(importlib.import_module(name)))
for page in pathlib.Path("docs").glob("*.rst"):
    print("page", *doctest.testfile(str(page.resolve()), module_relative=False))
`

const NOTEBOOK = `import ast, contextlib, io, json, pathlib
for path in pathlib.Path("notebooks").glob("*.ipynb"):
    names = {}
    for cell in json.loads(path.read_text())["cells"]:
        if cell["cell_type"] != "code":
            continue
        body = ast.parse("".join(cell["source"]))
        last = ast.Expression(body.body.pop().value) if isinstance(body.body[-1], ast.Expr) else None
        printed, value = io.StringIO(), None
        with contextlib.redirect_stdout(printed):
            exec(compile(body, "cell", "exec"), names)
            if last:
                value = eval(compile(last, "cell", "eval"), names)
        shown = [repr(value)] if value is not None else printed.getvalue().splitlines(True)
        kept = [line for each in cell["outputs"] for line in each.get("text", each.get("data", {}).get("text/plain"))]
        print("right" if kept == shown else f"kept {kept}, shown {shown}")
`

describe.each(FIXTURES)('a package made from %s', (fixture) => {
  const made = pythonPackage({ ...LIBRARIES[fixture], version: 3 })
  const whole = made.files.map(({ path, content }) => `${path}\n${content}`).join('\n')

  it('a package made from a template has the names, the version and the description of its library', () => {
    const { fullName, description, module } = LIBRARIES[fixture]
    expect(made.files.some(({ path }) => path === `src/${made.name}/${module}.py`)).toBe(true)
    expect(whole.toLowerCase().includes(fixture)).toBe(false)
    const readme = made.files.find(({ path }) => path === 'README.md')?.content ?? ''
    expect(readme.startsWith(`# ${fullName.split('/')[1] ?? ''}\n`)).toBe(true)
    expect(readme.includes(description.replaceAll('"', "'"))).toBe(true)
    expect(whole.includes('version = "0.3.0"')).toBe(true)
    expect(whole.includes('0.1.0')).toBe(false)
  })

  it('a package made from a template is the same for the same push, and differs after another', () => {
    expect(pythonPackage({ ...LIBRARIES[fixture], version: 3 })).toEqual(made)
    expect(pythonPackage({ ...LIBRARIES[fixture], version: 2 })).not.toEqual(made)
  })

  it('the docstrings and pages of a package have correct examples', async () => {
    await layOut(made.files)
    const { code, stdout, stderr } = await python(['-c', DOCTEST])
    expect([code, stderr]).toEqual([0, ''])
    const counts = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
    expect(counts.filter(([, failed]) => failed !== '0')).toEqual([])
    const tried = counts.reduce((sum, [, , attempted]) => sum + Number(attempted), 0)
    expect(tried).toBeGreaterThan(30)
  })

  it('a package has an example that runs, and a notebook with correct outputs', async () => {
    await layOut(made.files)
    const [example = ''] = await readdir(join(folder, 'examples'))
    const { code, stdout } = await python([join('examples', example)])
    expect([code, stdout === '']).toEqual([0, false])
    const notebook = await python(['-c', NOTEBOOK])
    expect([notebook.code, notebook.stderr]).toEqual([0, ''])
    const cells = notebook.stdout.trim().split('\n')
    expect(cells.filter((cell) => cell !== 'right')).toEqual([])
    expect(cells.length).toBeGreaterThan(3)
  })

  it.each<RepositoryKind>(['plain', 'sphinx', 'notebooks', 'docs-only', 'broken-docs'])(
    'gives a context that passes the gate without contextmaker, as a repository of kind %s',
    async (kind) => {
      const { fullName, description } = LIBRARIES[fixture]
      const [owner = '', name = ''] = fullName.split('/')
      const [some] = createLibraries({ seed: 1, clock: () => new Date() }).list()
      if (some === undefined) throw new Error('The world has no library.')
      const library = { ...some, kind, owner, name, description, formerNames: [] }
      await layOut(filesOf(library, 1, 0).flatMap((file) => ('content' in file ? [file] : [])))
      const tree = await readTree(folder, AbortSignal.timeout(TIMEOUT_MS))
      const { markdown } = staticContext({
        tree,
        name,
        fullName: fullNameOf(library),
        commit: '0'.repeat(40),
        engine: 'static',
        mode: 'source tree',
        date: '2026-11-29',
        maxTokens: 50_000,
      })
      const readme = tree.readme?.text ?? ''
      const verdict = judge({
        markdown,
        readme,
        symbols: publicSymbols(tree),
        sourceWords: sourceWords(tree),
      })
      expect(verdict).toMatchObject({ passed: true, reasons: [] })
    },
  )
})
