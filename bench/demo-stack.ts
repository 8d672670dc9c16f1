/** `almanac up --demo` in a separate state folder and on free ports. */
import { freePort } from '../local/taken-port.ts'
import { startCommand, type CommandProcess } from './command-process.ts'
import { stateFolder, temporaryFolder } from './bench-stack.ts'

export interface DemoStack {
  /** The demo's own folder, below the state folder. */
  stateDir: string
  ports: { postgres: number; temporal: number }
  /** Environment for an `almanac` command that talks to this stack, with `--demo`. */
  env: Record<string, string>
  up: (...options: string[]) => CommandProcess
  remove: () => void
}

export async function demoStack(): Promise<DemoStack> {
  const folder = temporaryFolder()
  const state = stateFolder(folder.path)
  const ports = {
    postgres: await freePort(),
    temporal: await freePort(),
    temporalUi: await freePort(),
    simulator: await freePort(),
  }
  const env = {
    ALMANAC_STATE_DIR: state,
    DEMO_POSTGRES_PORT: String(ports.postgres),
    DEMO_TEMPORAL_PORT: String(ports.temporal),
    DEMO_TEMPORAL_UI_PORT: String(ports.temporalUi),
    SIMULATOR_PORT: String(ports.simulator),
  }
  return {
    stateDir: `${state}/demo`,
    ports,
    env,
    up: (...options) => startCommand(['up', '--demo', ...options], env),
    remove: () => {
      folder.remove()
    },
  }
}
