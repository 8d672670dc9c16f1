/** What stands at one path of a repository's commit. */
export type TreeFile = { path: string } & (
  | { content: string | Buffer; executable?: true }
  /** The link's target, as it stands in the commit; it need not exist. */
  | { symlink: string }
  /** A submodule: the commit that it points at, 40 hexadecimal digits. */
  | { gitlink: string }
)

/** A file of text. */
export function file(path: string, content: string): TreeFile & { content: string } {
  return { path, content }
}

/** The same tree with some files in place of those of the same path, and the others added. */
export function replaced(tree: readonly TreeFile[], files: readonly TreeFile[]): TreeFile[] {
  const paths = new Set(files.map(({ path }) => path))
  return [...tree.filter(({ path }) => !paths.has(path)), ...files]
}
