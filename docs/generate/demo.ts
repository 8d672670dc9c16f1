/** A demo in a state folder of its own, on the demo's ports, whose words and pages go into documents. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { packageRoot } from '../../system/package-root.ts'

export interface Demo {
  stateDir: string
  /** What it has printed once it has said this; rejects if it ends without saying it. */
  says(words: string | RegExp): Promise<string>
  /** All that another command on this demo prints. */
  printed(...args: string[]): Promise<string>
  /** Stops it, and removes its folder. */
  end(): Promise<void>
}

/** Starts it. */
export function startDemo(): Demo {
  const stateDir = mkdtempSync(join(tmpdir(), 'almanac-docs-'))
  // The programs that a clone has already; without them the demo installs its own.
  const tools = join(packageRoot, '.almanac', 'tools')
  if (existsSync(tools)) symlinkSync(tools, join(stateDir, 'tools'))
  const almanac = (args: readonly string[]) => new Command(stateDir, args)
  const demo = almanac(['up', '--demo'])
  return {
    stateDir,
    says: (words) => demo.says(words),
    printed: (...args) => almanac(args).ended(),
    async end() {
      await demo.stop()
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}

/** A command of ours and what it prints. */
class Command {
  readonly #child: ChildProcess
  #text = ''

  constructor(stateDir: string, args: readonly string[]) {
    this.#child = spawn(process.execPath, ['bin/almanac.mjs', ...args], {
      cwd: packageRoot,
      env: { ...process.env, ALMANAC_STATE_DIR: stateDir, FORCE_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      this.#text += part
    })
  }

  says(words: string | RegExp): Promise<string> {
    const isSaid = () => {
      const text = stripVTControlCharacters(this.#text)
      return typeof words === 'string' ? text.includes(words) : words.test(text)
    }
    return new Promise((resolve, reject) => {
      const look = () => {
        if (isSaid()) resolve(this.#text)
      }
      look()
      this.#child.stdout?.on('data', look)
      this.#child.once('error', reject)
      this.#child.once('close', () => {
        reject(new Error(`The demo ended without "${String(words)}":\n${this.#text}`))
      })
    })
  }

  async ended(): Promise<string> {
    await once(this.#child, 'close')
    return this.#text
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGINT')
    if (this.#child.exitCode === null) await once(this.#child, 'exit')
  }
}
