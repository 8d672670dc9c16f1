/**
 * Hostile repositories: good packages with good documentation, and a payload that runs when the documentation is built.
 */
import { documentedCodeOf, type PythonPackage } from './package-template.ts'
import { CONF_PAYLOADS, JUPYTEXT_CONFIG, SLOW_MAKEFILE } from './payloads.ts'
import { file, replaced, type TreeFile } from './tree-file.ts'

/**
 * A package whose docs/conf.py runs a payload first. `port` is the simulator's: payloads that open sockets connect to
 * it.
 */
export function hostileConf(made: PythonPackage, kind: keyof typeof CONF_PAYLOADS, port: number): TreeFile[] {
  const conf = file('docs/conf.py', `${CONF_PAYLOADS[kind]}\n${textOf(made, 'docs/conf.py')}`)
  const files = kind === 'opens-sockets' ? [conf, file('docs/port.txt', `${port}\n`)] : [conf]
  return replaced(documentedCodeOf(made), files)
}

/** A package whose docs/Makefile never ends. */
export function slowMakefile(made: PythonPackage): TreeFile[] {
  return replaced(documentedCodeOf(made), [file('docs/Makefile', SLOW_MAKEFILE)])
}

/** A package with notebooks, in both usual places, beside which lies a configuration that is a program. */
export function jupytextConfig(made: PythonPackage): TreeFile[] {
  const notebook = textOf(made, 'notebooks/walkthrough.ipynb')
  return replaced(documentedCodeOf(made), [
    file('docs/walkthrough.ipynb', notebook),
    file('docs/.jupytext.py', JUPYTEXT_CONFIG),
    file('notebooks/walkthrough.ipynb', notebook),
    file('notebooks/.jupytext.py', JUPYTEXT_CONFIG),
  ])
}

function textOf({ files, name }: PythonPackage, path: string): string {
  const found = files.find((each) => each.path === path)
  if (found === undefined) throw new Error(`The package ${name} has no ${path}.`)
  return found.content
}
