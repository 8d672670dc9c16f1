/** Commits as `git fast-import` reads them (https://git-scm.com/docs/git-fast-import): whole histories in one process. */
import type { TreeFile } from './tree-file.ts'

/** The branch of every simulated repository. */
export const BRANCH = 'refs/heads/main'

export interface Commit {
  message: string
  at: Date
  /** What changes; the first commit holds everything. */
  files: readonly TreeFile[]
}

/** The input that adds commits to the branch. `continued`: the branch exists, and the first of them follows its end. */
export function fastImport(commits: readonly Commit[], continued: boolean): Buffer[] {
  const parts = commits.flatMap((commit, at) => [
    ...head(commit, continued && at === 0),
    ...commit.files.flatMap(change),
  ])
  return [...parts, Buffer.from('done\n')]
}

function head({ message, at }: Commit, continued: boolean): Buffer[] {
  const who = `Simulated Author <author@example.org> ${Math.floor(at.getTime() / 1000)} +0000`
  const from = continued ? `from ${BRANCH}^0\n` : ''
  return [
    Buffer.from(`commit ${BRANCH}\nauthor ${who}\ncommitter ${who}\n`),
    ...data(Buffer.from(`${message}\n`)),
    Buffer.from(from),
  ]
}

function change(file: TreeFile): Buffer[] {
  if ('gitlink' in file) return [Buffer.from(`M 160000 ${file.gitlink} ${file.path}\n`)]
  if ('symlink' in file)
    return [Buffer.from(`M 120000 inline ${file.path}\n`), ...data(Buffer.from(file.symlink))]
  const mode = file.executable === true ? '100755' : '100644'
  const content = typeof file.content === 'string' ? Buffer.from(file.content) : file.content
  return [Buffer.from(`M ${mode} inline ${file.path}\n`), ...data(content)]
}

function data(content: Buffer): Buffer[] {
  return [Buffer.from(`data ${content.length}\n`), content, Buffer.from('\n')]
}
