/** Builds the workflow bundle into the file named as argument; run by `worker/bundle.ts` and by the image's build. */
import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'

const [target] = process.argv.slice(2)
if (target === undefined) throw new Error('expected the path of the bundle to write')

const source = new URL('../workflows/index.ts', import.meta.url)
const workflowsPath = fileURLToPath(
  existsSync(source) ? source : new URL('../workflows/index.js', import.meta.url),
)
const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') })
writeFileSync(target, code)
