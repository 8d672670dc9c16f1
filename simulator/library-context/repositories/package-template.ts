/** The Python packages of fixtures/: read once, and renamed for each library. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { textHash } from '../../chance.ts'
import { file, type TreeFile } from './tree-file.ts'
import { packageRoot } from '../../../system/package-root.ts'

const FIXTURES = join(packageRoot, 'simulator', 'library-context', 'fixtures')
/** As in every fixture. */
const TEMPLATE_VERSION = '0.1.0'

/** Words of a fixture that belong to one library and are replaced. */
interface Names {
  /** The name that Python imports, and the fixture's folder. */
  name: string
  /** The repository's name as shown. */
  title: string
  summary: string
}

const APERPHOT: Names = {
  name: 'aperphot',
  title: 'AperPhot',
  summary: 'Aperture photometry and light curves of stars',
}
const COSMODIST: Names = {
  name: 'cosmodist',
  title: 'CosmoDist',
  summary: 'Distances, growth and haloes in an expanding universe',
}
const RISKBOOK: Names = {
  name: 'riskbook',
  title: 'RiskBook',
  summary: 'Returns, options and risk of a portfolio',
}

/** A Python package: README and build files, sources with docstrings, docs for Sphinx, a notebook, an example. */
export interface PythonPackage {
  /** The name that Python imports. */
  name: string
  /** The repository's name. */
  title: string
  files: (TreeFile & { content: string })[]
}

/**
 * The package of a library, a copy of a fixture under other names; the same for the same library and version.
 * @param fullName the repository's first name, `Owner/Name`
 * @param version counts its pushes from 1
 */
export function pythonPackage(options: {
  fullName: string
  description: string
  version: number
}): PythonPackage {
  const { fullName, description, version } = options
  const template = templateOf(fullName, description)
  const title = fullName.slice(fullName.indexOf('/') + 1)
  const name = importName(title)
  const renamed = (text: string) =>
    text
      .replaceAll(template.summary, () => description.replaceAll('"', "'") || template.summary)
      .replaceAll(template.title, () => title)
      .replaceAll(template.name, () => name)
      .replaceAll(TEMPLATE_VERSION, () => `0.${version}.0`)
  const files = filesOf(template.name).map(({ path, content }) => file(renamed(path), renamed(content)))
  return { name, title, files }
}

/** All but documentation and notebooks. */
export function codeOf({ files }: PythonPackage): TreeFile[] {
  return files.filter(({ path }) => !/^(docs|notebooks)\//.test(path))
}

/** All but notebooks. */
export function documentedCodeOf({ files }: PythonPackage): TreeFile[] {
  return files.filter(({ path }) => !path.startsWith('notebooks/'))
}

/** Finance if the library's name or description says so, else one of two kinds of astronomy. */
function templateOf(fullName: string, description: string): Names {
  if (/financ|market|portfolio|quant|trading/i.test(`${fullName} ${description}`)) return RISKBOOK
  return textHash(fullName.toLowerCase()) % 2 === 0 ? APERPHOT : COSMODIST
}

/** Python's names hold no dots or dashes and begin with no digit. */
function importName(title: string): string {
  const name = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
  return /^\d/.test(name) ? `py_${name}` : name
}

const read = new Map<string, { path: string; content: string }[]>()

function filesOf(template: string): { path: string; content: string }[] {
  const known = read.get(template)
  if (known !== undefined) return known
  const folder = join(FIXTURES, template)
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path: relative(folder, path), content: readFileSync(path, 'utf8') }))
  read.set(template, files)
  return files
}
