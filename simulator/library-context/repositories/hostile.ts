/** Hostile repositories: good packages with good documentation, and a payload that runs when somebody builds it. */
import { notebook, sphinxConf, sphinxDocs } from './documentation.ts'
import { CONF_PAYLOADS, JUPYTEXT_CONFIG, SLOW_MAKEFILE } from './payloads.ts'
import { readme, sources, type PythonPackage } from './python-package.ts'
import { file, replaced, type TreeFile } from './tree-file.ts'

function goodPackage(made: PythonPackage): TreeFile[] {
  return [readme(made), ...sources(made), ...sphinxDocs(made)]
}

/**
 * A package whose docs/conf.py runs a payload first. `port` is where the simulator listens: what opens sockets
 * knocks there.
 */
export function hostileConf(made: PythonPackage, kind: keyof typeof CONF_PAYLOADS, port: number): TreeFile[] {
  const conf = file('docs/conf.py', `${CONF_PAYLOADS[kind]}\n${sphinxConf(made)}`)
  const files = kind === 'opens-sockets' ? [conf, file('docs/port.txt', `${port}\n`)] : [conf]
  return replaced(goodPackage(made), files)
}

/** A package whose docs/Makefile never ends. */
export function slowMakefile(made: PythonPackage): TreeFile[] {
  return replaced(goodPackage(made), [file('docs/Makefile', SLOW_MAKEFILE)])
}

/** A package with notebooks, in both usual places, beside which lies a configuration that is a program. */
export function jupytextConfig(made: PythonPackage): TreeFile[] {
  const [module] = made.modules
  return replaced(goodPackage(made), [
    file('docs/walkthrough.ipynb', notebook(made, module)),
    file('docs/.jupytext.py', JUPYTEXT_CONFIG),
    file('notebooks/walkthrough.ipynb', notebook(made, module)),
    file('notebooks/.jupytext.py', JUPYTEXT_CONFIG),
  ])
}
