/** `npm run build`: builds what the image carries instead of the sources, the command, the workflows and the page. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { buildBundle } from './bundle.mjs'
import { buildDashboard } from './dashboard.mjs'

const root = join(import.meta.dirname, '..')
const folder = await buildBundle(root)
execFileSync(
  process.execPath,
  [join(folder, 'build-workflow-bundle.js'), join(root, 'dist', 'workflow-bundle.js')],
  { stdio: 'inherit' },
)
await buildDashboard(root)
