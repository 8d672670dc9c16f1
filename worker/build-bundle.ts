/** Builds the workflow bundle into the file named as argument; run by `worker/bundle.ts` and by the image's build. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'
import { packageRoot } from '../system/package-root.ts'

const [target] = process.argv.slice(2)
if (target === undefined) throw new Error('expected the path of the bundle to write')

const workflowsPath = join(packageRoot, 'workflows', 'index.ts')
const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') })
writeFileSync(target, code)
