import { join } from 'node:path'
import { packageRoot } from '../../system/package-root.ts'

/** Folder in which `almanac prepare` puts the programs. */
export const toolsDir = join(packageRoot, '.almanac', 'tools')
