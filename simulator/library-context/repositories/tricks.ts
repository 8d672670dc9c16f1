/**
 * Repositories that attack a client that clones or reads them: links, submodules, hooks and filters. Nothing need be
 * built.
 */
import { codeOf, documentedCodeOf, type PythonPackage } from './package-template.ts'
import { MARKER } from './payloads.ts'
import { file, replaced, type TreeFile } from './tree-file.ts'

/** Any commit works: no safe client follows it. */
const NOWHERE = 'badc0de'.padEnd(40, '0')

/** Sources, and links out of the tree in every place that a reader opens: README, a module, the docs, and a loop. */
export function symlinks(made: PythonPackage): TreeFile[] {
  return replaced(codeOf(made), [
    { path: 'README.md', symlink: '/etc/passwd' },
    { path: `src/${made.name}/hostname.py`, symlink: '../../../../etc/hostname' },
    { path: 'docs', symlink: '/root' },
    { path: 'data', symlink: '/etc' },
    { path: 'NOTES.md', symlink: '../'.repeat(12) + 'etc/passwd' },
    { path: 'loop/first', symlink: 'second' },
    { path: 'loop/second', symlink: 'first' },
    { path: `src/${made.name}/whole`, symlink: '../..' },
  ])
}

/** Submodules whose addresses name the machine's files, a program, or an option in place of an address. */
export function submodules(made: PythonPackage): TreeFile[] {
  const marker = `/tmp/${MARKER}submodule`
  const addresses = {
    local: 'file:///etc',
    sibling: '../../../../etc',
    program: `ext::sh -c touch% ${marker}`,
    option: `--upload-pack=touch ${marker}`,
    '../../escape': 'https://example.invalid/escape.git',
  }
  const entries = Object.entries(addresses).map(
    ([name, url], at) =>
      `[submodule "${name}"]\n\tpath = vendored/part${at}\n\turl = ${url}\n\tupdate = checkout\n`,
  )
  const links = entries.map((_, at): TreeFile => ({ path: `vendored/part${at}`, gitlink: NOWHERE }))
  return [...documentedCodeOf(made), file('.gitmodules', entries.join('')), ...links]
}

/** Hooks, filters and a repository inside the repository: each leaves a marker if git runs it. */
export function hook(made: PythonPackage): TreeFile[] {
  const script = `#!/bin/sh\ntouch "/tmp/${MARKER}hook"\ncat\n`
  const config = `[core]\n\thooksPath = .githooks\n\tfsmonitor = .githooks/post-checkout\n[filter "evil"]\n\tsmudge = .githooks/post-checkout\n\trequired = false\n`
  const executable = (path: string): TreeFile => ({ path, content: script, executable: true })
  return [
    ...documentedCodeOf(made),
    ...['.githooks', 'hooks'].flatMap((folder) => [
      executable(`${folder}/post-checkout`),
      executable(`${folder}/post-merge`),
    ]),
    file('.gitconfig', config),
    file('.gitattributes', '*.md filter=evil\n*.py filter=evil\n*.rst export-subst\n'),
    // A folder that git recognises as a bare repository, with a configuration that runs a program.
    file('embedded/HEAD', 'ref: refs/heads/main\n'),
    file(
      'embedded/config',
      `[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tfsmonitor = "touch /tmp/${MARKER}hook; false"\n`,
    ),
    file('embedded/objects/.keep', ''),
    file('embedded/refs/.keep', ''),
  ]
}

/** Data kept in Git LFS: pointers here, the files on a server that the repository itself names. */
export function lfs(made: PythonPackage): TreeFile[] {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0123456789abcdef'.repeat(4)}\nsize 734003200\n`
  return [
    ...documentedCodeOf(made),
    file('.gitattributes', '*.fits filter=lfs diff=lfs merge=lfs -text\n'),
    file('.lfsconfig', '[lfs]\n\turl = https://lfs.example.invalid/store\n'),
    file('data/survey.fits', pointer),
    file('data/mask.fits', pointer),
  ]
}
