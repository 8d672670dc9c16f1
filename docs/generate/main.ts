/** `npm run docs`: writes the generated pages. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../system/package-root.ts'
import { generatedPages } from './pages.ts'

for (const { file, text } of await generatedPages()) {
  writeFileSync(join(packageRoot, file), text)
  console.log(`written: ${file}`)
}
