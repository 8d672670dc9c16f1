/** Folder of the project's files: the clone, or the folder above `dist/`. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Absolute path of the folder that holds `package.json`. Files that are not code are found from here, from the bundle too. */
export const packageRoot = rootAbove(import.meta.dirname)

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder))
}
