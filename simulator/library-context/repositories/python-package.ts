/** A small Python package, invented from a library's name: the same name gives the same package for ever. */
import { between, hash, textHash } from '../../chance.ts'
import { pythonFunction, type PythonFunction } from './python-functions.ts'
import { file, type TreeFile } from './tree-file.ts'
import { vocabularyOf, type Topic } from './vocabulary.ts'

/** Functions of a module, class not counted. */
const FEWEST_FUNCTIONS = 4
const MOST_FUNCTIONS = 6

export interface PythonModule {
  name: string
  about: string
  functions: PythonFunction[]
  className: string
}

export interface PythonPackage {
  /** The name that Python imports. */
  name: string
  /** The repository's name as shown. */
  title: string
  field: string
  summary: string
  version: string
  modules: [PythonModule, ...PythonModule[]]
}

/**
 * Invents a package. `fullName` is the name that the repository had first; `version` counts its pushes;
 * `size` is how many modules it has: 4 to 8 by chance unless given.
 */
export function pythonPackage(options: {
  fullName: string
  description: string
  version: number
  size?: number
}): PythonPackage {
  const { fullName, description, version } = options
  const seed = textHash(fullName.toLowerCase())
  const title = fullName.slice(fullName.indexOf('/') + 1)
  const name = importName(title)
  const { field, object, topics } = vocabularyOf(`${fullName} ${description}`)
  const size = options.size ?? between(4, 8, seed)
  const chosen = topics
    .map((topic, place) => ({ topic, rank: hash(seed, place) }))
    .sort((one, other) => one.rank - other.rank)
    .slice(0, size)
  const [first, ...rest] = chosen.map(({ topic }) => describeModule(name, topic, object, seed))
  if (first === undefined) throw new RangeError('A package has at least one module.')
  const summary = description === '' ? `Tools for ${field}: ${first.about}.` : description
  return { name, title, field, summary, version: `0.${version}.0`, modules: [first, ...rest] }
}

/** Python's names hold no dots or dashes and begin with no digit. */
function importName(title: string): string {
  const name = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
  return /^\d/.test(name) ? `py_${name}` : name
}

function describeModule(packageName: string, topic: Topic, object: string, seed: number): PythonModule {
  const salt = hash(seed, textHash(topic.module))
  const count = between(FEWEST_FUNCTIONS, MOST_FUNCTIONS, salt)
  const functions = Array.from({ length: count }, (_, at) =>
    pythonFunction({
      package: packageName,
      module: topic.module,
      quantity: topic.quantities[(salt + at) % topic.quantities.length] ?? topic.quantities[0],
      object,
      place: salt + at,
    }),
  )
  const className = `${topic.module.charAt(0).toUpperCase()}${topic.module.slice(1)}Table`
  return { name: topic.module, about: topic.about, functions, className }
}

/** pyproject.toml, the licence and everything below `src/`. */
export function sources(made: PythonPackage): TreeFile[] {
  const folder = `src/${made.name}`
  return [
    file('pyproject.toml', pyproject(made)),
    file('LICENSE', 'MIT License\n\nCopyright (c) the authors\n'),
    file(`${folder}/__init__.py`, initSource(made)),
    ...made.modules.map((module) => file(`${folder}/${module.name}.py`, moduleSource(module))),
    file(
      'tests/test_import.py',
      `import ${made.name}\n\n\ndef test_version():\n    assert ${made.name}.__version__\n`,
    ),
  ]
}

function pyproject({ name, version, summary }: PythonPackage): string {
  return `[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"

[project]
name = "${name}"
version = "${version}"
description = "${summary.replaceAll('"', "'")}"
requires-python = ">=3.9"
readme = "README.md"
`
}

function initSource({ name, summary, version, modules }: PythonPackage): string {
  const names = modules.map((module) => module.name)
  return `"""${summary.replaceAll('"', "'")}

The modules of ${name} can be used one by one; none of them needs another package.
"""

from . import ${names.join(', ')}

__version__ = "${version}"
__all__ = [${names.map((each) => `"${each}"`).join(', ')}]
`
}

function moduleSource({ name, about, functions, className }: PythonModule): string {
  return `"""Functions for ${about}."""

from statistics import median

__all__ = [${[...functions.map((each) => each.name), className].map((each) => `"${each}"`).join(', ')}]


class ${className}:
    """A table of named columns, as the functions of this module take and give them.

    Columns are lists of the same length. A table never changes: every method gives a new one.

    Examples
    --------
    >>> ${className}({"a": [1.0, 2.0]}).column("a")
    [1.0, 2.0]
    """

    def __init__(self, columns):
        lengths = {len(column) for column in columns.values()}
        if len(lengths) > 1:
            raise ValueError("columns need the same length")
        self._columns = {name: list(column) for name, column in columns.items()}

    def column(self, name):
        """The values of one column, as a list of its own."""
        return list(self._columns[name])

    def with_column(self, name, values):
        """The same table with one column more, or one replaced."""
        return ${className}({**self._columns, name: values})

    def describe(self):
        """Median of every column, by name; what a first look at ${name} needs."""
        return {name: median(column) for name, column in self._columns.items()}


${functions.map(({ source }) => source).join('\n\n')}`
}

/** README.md: what the package is, how it is installed, one example a module. */
export function readme(made: PythonPackage): TreeFile {
  const { name, title, summary, version, field, modules } = made
  const [first] = modules
  const [function_] = first.functions
  const text = `# ${title}

[![Documentation](https://img.example.org/docs/${name}.svg)](https://${name.replaceAll('_', '-')}.example.org)

${summary}

${title} ${version} collects small, tested functions of ${field} that every project writes anew. They take plain lists,
need no compiled extension, and say in their docstrings what they assume about units and order.

## Installation

\`\`\`
pip install ${name}
\`\`\`

## A first example

\`\`\`python
from ${name} import ${first.name}

${first.name}.${function_?.example.call ?? `${first.className}({})`}
\`\`\`

## What is inside

${modules.map((module) => `- \`${name}.${module.name}\`: ${module.about}`).join('\n')}

## Citing

If ${title} helped your work, please cite its entry in the source code library.
`
  return file('README.md', text)
}
