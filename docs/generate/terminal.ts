/**
 * `npm run docs:terminal`: runs the demo and `runs` and writes what they print as `docs/terminal.svg`. Uses the demo's
 * ports, so that the picture shows those that everybody sees.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../system/package-root.ts'
import { startDemo } from './demo.ts'
import { terminalSvg } from './terminal-svg.ts'

/** The demo's last line before it waits. */
const READY = 'Ctrl+C stops everything'
const TITLE = 'npm run demo runs every pipeline once; ./almanac runs lists the runs'

const demo = startDemo()
try {
  const demoText = await demo.says(READY)
  const runsText = await demo.printed('runs', '--demo')
  const text = `$ npm run demo\n${demoText.trimEnd()}\n\n$ ./almanac runs --demo\n${runsText}`
  const file = join(packageRoot, 'docs', 'terminal.svg')
  // As in a clone, whose folder differs from person to person.
  writeFileSync(file, terminalSvg(text.replaceAll(demo.stateDir, '.almanac'), TITLE))
  console.log(`written: ${file}`)
} finally {
  await demo.end()
}
