/** Where the project's files lie: the clone, or the folder above `dist/` in the image. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Absolute path of the folder that holds `package.json`. */
export const packageRoot = existsSync(new URL('package.json', import.meta.url))
  ? here
  : fileURLToPath(new URL('..', import.meta.url))
