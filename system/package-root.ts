/** Where the project's files lie: the clone, or the folder above `dist/` in the image. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Folder above `system/`: the clone itself, or `dist/`. */
const above = new URL('../', import.meta.url)

/** Absolute path of the folder that holds `package.json`. */
export const packageRoot = fileURLToPath(
  existsSync(new URL('package.json', above)) ? above : new URL('../', above),
)
