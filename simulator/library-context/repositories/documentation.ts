/** Documentation of generated packages: Sphinx pages, Markdown pages and notebooks that use the package's public names. */
import type { PythonFunction } from './python-functions.ts'
import type { PythonModule, PythonPackage } from './python-package.ts'
import { file, type TreeFile } from './tree-file.ts'

/** The usual quick start's settings: nothing in it needs more than Sphinx and MyST. */
export function sphinxConf({ title, version }: PythonPackage): string {
  return `"""Settings of the documentation."""
project = "${title}"
author = "the ${title} developers"
release = "${version}"
extensions = ["sphinx.ext.mathjax", "myst_parser"]
exclude_patterns = ["_build"]
html_theme = "alabaster"
`
}

/** The Makefile that sphinx-quickstart writes; recipes begin with a tab. */
export const SPHINX_MAKEFILE = `SPHINXOPTS    ?=
SPHINXBUILD   ?= sphinx-build
SOURCEDIR     = .
BUILDDIR      = _build

help:
	@$(SPHINXBUILD) -M help "$(SOURCEDIR)" "$(BUILDDIR)" $(SPHINXOPTS) $(O)

.PHONY: help Makefile

%: Makefile
	@$(SPHINXBUILD) -M $@ "$(SOURCEDIR)" "$(BUILDDIR)" $(SPHINXOPTS) $(O)
`

/** A whole docs folder for Sphinx: one page a module in reStructuredText, a tutorial in Markdown, all in the index. */
export function sphinxDocs(made: PythonPackage): TreeFile[] {
  return [
    file('docs/conf.py', sphinxConf(made)),
    file('docs/Makefile', SPHINX_MAKEFILE),
    file('docs/index.rst', indexPage(made)),
    file('docs/tutorial.md', tutorialPage(made)),
    ...modulePages(made),
  ]
}

/** The reStructuredText pages alone: without settings and index they cannot be built. */
export function modulePages(made: PythonPackage): TreeFile[] {
  return made.modules.map((module) => file(`docs/${module.name}.rst`, modulePage(made, module)))
}

function indexPage({ title, summary, field, modules }: PythonPackage): string {
  return `${underlined(title, '=')}

${summary}

These pages explain what the functions of ${title} assume, how they are put together, and where they should not be used.
Readers who know ${field} may begin with the page of the module that they need; everybody else should read the tutorial
first, since the other pages take its vocabulary for granted.

.. toctree::
   :maxdepth: 2

   tutorial
${modules.map(({ name }) => `   ${name}`).join('\n')}
`
}

function modulePage({ name, title }: PythonPackage, module: PythonModule): string {
  const parts = module.functions.map((each) => {
    const { call, result } = each.example
    return `${underlined(each.name, '-')}

\`\`${each.signature}\`\`

${each.summary} ${advice(each)}

.. code-block:: python

   from ${name}.${module.name} import ${each.name}

   answer = ${call}
   assert answer == ${result}
`
  })
  return `${underlined(`${module.name}: ${module.about}`, '=')}

The module \`\`${name}.${module.name}\`\` is the part of ${title} for ${module.about}. Its functions share one habit: they
take lists, leave them alone, and give new ones. Tables of several columns are kept in \`\`${module.className}\`\`.

.. code-block:: python

   from ${name}.${module.name} import ${module.className}

   table = ${module.className}({"first": [1.0, 2.0, 3.0]})
   table = table.with_column("second", [4.0, 5.0, 6.0])
   print(table.describe())

${parts.join('\n')}`
}

function advice({ name, example }: PythonFunction): string {
  return `Call \`\`${name}\`\` once per series and keep what it gives: it has no memory of its own. A good first check on new
data is the small case below, whose answer \`\`${example.result}\`\` can be verified by hand.`
}

/** A long page in Markdown: one step a module. */
export function tutorialPage({ name, title, modules }: PythonPackage): string {
  const steps = modules.map((module, at) => {
    const [first, second] = module.functions
    return `## Step ${at + 1}: ${module.about}

Everything of this step lies in \`${name}.${module.name}\`. Begin with a table, look at its medians, and only then reduce
it further; most mistakes in the literature come from reducing before looking.

\`\`\`python
from ${name} import ${module.name}

table = ${module.name}.${module.className}({"measured": [1.0, 2.0, 6.0]})
print(table.describe())
${first === undefined ? '' : `print(${module.name}.${first.example.call})`}
${second === undefined ? '' : `print(${module.name}.${second.example.call})`}
\`\`\`

${first?.summary ?? ''} ${second?.summary ?? ''}
`
  })
  return `# Tutorial

This page walks once through ${title}, in the order in which a night's data usually meets its modules.

${steps.join('\n')}`
}

/** Markdown pages without any settings or code beside them. */
export function markdownDocs(made: PythonPackage): TreeFile[] {
  const concepts = made.modules.map(
    (module) => `## ${module.name}

${module.functions.map((each) => `- \`${each.signature}\`: ${each.summary}`).join('\n')}
`,
  )
  return [
    file('docs/tutorial.md', tutorialPage(made)),
    file(
      'docs/reference.md',
      `# Reference\n\nEvery function of ${made.title}, module by module.\n\n${concepts.join('\n')}`,
    ),
  ]
}

/** One notebook a module, format 4.5, with text, code and a printed result. */
export function notebooks(made: PythonPackage, folder: string): TreeFile[] {
  return made.modules.map((module) => file(`${folder}/${module.name}.ipynb`, notebook(made, module)))
}

/** A notebook on one module. */
export function notebook({ name, title }: PythonPackage, module: PythonModule): string {
  const cells = module.functions.flatMap((each) => [
    markdownCell(
      `${module.name}-${each.name}-text`,
      `## ${each.name}\n\n${each.summary} See how little it needs:`,
    ),
    codeCell(
      `${module.name}-${each.name}-code`,
      `from ${name}.${module.name} import ${each.name}\n\n${each.example.call}`,
      each.example.result,
    ),
  ])
  const intro = `# ${title}: ${module.about}\n\nThis notebook shows every function of \`${name}.${module.name}\` on numbers that fit in one line.`
  const value = {
    cells: [markdownCell(`${module.name}-intro`, intro), ...cells],
    metadata: {
      kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
      language_info: { name: 'python', version: '3.11.2' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  }
  return `${JSON.stringify(value, null, 1)}\n`
}

function markdownCell(id: string, source: string): object {
  return { cell_type: 'markdown', id: cellId(id), metadata: {}, source: lines(source) }
}

function codeCell(id: string, source: string, result: string): object {
  const output = {
    output_type: 'execute_result',
    execution_count: 1,
    data: { 'text/plain': lines(result) },
    metadata: {},
  }
  return {
    cell_type: 'code',
    id: cellId(id),
    execution_count: 1,
    metadata: {},
    source: lines(source),
    outputs: [output],
  }
}

/** Ids of cells have at most 64 characters and no underscore is needed. */
function cellId(text: string): string {
  return text.replaceAll('_', '-').slice(0, 64)
}

/** A notebook keeps text as a list of lines with their ends. */
function lines(text: string): string[] {
  return text.split(/(?<=\n)/)
}

function underlined(title: string, mark: string): string {
  return `${title}\n${mark.repeat(title.length)}`
}
