/**
 * `npm run docs:terminal`: runs the demo and `runs` in a state folder of their own and writes what they print as
 * `docs/terminal.svg`. Uses the demo's ports, so that the picture shows those that everybody sees.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { packageRoot } from '../../system/package-root.ts'
import { terminalSvg } from './terminal-svg.ts'

/** The demo's last line before it waits. */
const READY = 'Ctrl+C stops everything'
const TITLE = 'npm run demo runs every pipeline once; ./almanac runs lists the runs'

const stateDir = mkdtempSync(join(tmpdir(), 'almanac-terminal-'))
// The programs that a clone has already; without them the demo installs its own.
const tools = join(packageRoot, '.almanac', 'tools')
if (existsSync(tools)) symlinkSync(tools, join(stateDir, 'tools'))

const demo = almanac('up', '--demo')
try {
  const demoText = await textUntil(demo, READY)
  const runs = almanac('runs', '--demo')
  const runsText = await textUntil(runs)
  const text = `$ npm run demo\n${demoText.trimEnd()}\n\n$ ./almanac runs --demo\n${runsText}`
  const file = join(packageRoot, 'docs', 'terminal.svg')
  // As in a clone, whose folder differs from person to person.
  writeFileSync(file, terminalSvg(text.replaceAll(stateDir, '.almanac'), TITLE))
  console.log(`written: ${file}`)
} finally {
  demo.kill('SIGINT')
  if (demo.exitCode === null) await once(demo, 'exit')
  rmSync(stateDir, { recursive: true, force: true })
}

function almanac(...args: string[]): ChildProcess {
  return spawn(process.execPath, ['bin/almanac.mjs', ...args], {
    cwd: packageRoot,
    env: { ...process.env, ALMANAC_STATE_DIR: stateDir, FORCE_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** What a command prints until it has said this, or all of it. Rejects if it ends without saying it. */
function textUntil(child: ChildProcess, said?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (said !== undefined && stripVTControlCharacters(text).includes(said)) resolve(text)
    })
    child.once('error', reject)
    child.once('close', () => {
      if (said === undefined) resolve(text)
      else reject(new Error(`The demo ended without "${said}":\n${text}`))
    })
  })
}
