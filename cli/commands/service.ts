/** `almanac service install`: the whole stack, or the collector alone, as a service of systemd. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { packageRoot } from '../../system/package-root.ts'
import { WrongUsage } from '../../core/failures.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { print } from '../output.ts'
import { terminal } from '../terminal.ts'
import { collectorService, serviceUnit, STACK_SERVICE, type Service } from '../service-unit.ts'

interface InstallOptions extends GlobalOptions {
  write?: boolean
  /** Minutes; of the collector alone. */
  interval?: number
}

/** Prints the unit, or writes it and says how to start it. Root gets a system unit, others a user unit. */
export function install(what: string | undefined, options: InstallOptions): void {
  const service = serviceOf(what, options.interval)
  if (process.platform !== 'linux')
    throw new WrongUsage(
      'systemd needs Linux; on other systems let the service manager run "npm start" in this folder.',
    )
  if (options.demo) throw new WrongUsage('The demo cannot be a service; leave out --demo.')
  const { stateDir, dataDir } = configOf(options)
  const isRoot = process.getuid?.() === 0
  const unit = serviceUnit({
    user: isRoot ? ownerOfClone() : undefined,
    node: process.execPath,
    root: packageRoot,
    writable: [stateDir, dataDir],
    service,
  })
  if (!options.write) {
    terminal().stdout.write(unit)
    return
  }
  const file = isRoot
    ? `/etc/systemd/system/${service.name}.service`
    : join(homedir(), `.config/systemd/user/${service.name}.service`)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, unit)
  const systemctl = isRoot ? 'systemctl' : 'systemctl --user'
  print(`wrote ${file}; to start it now and at every boot:`)
  print(`  ${systemctl} daemon-reload`)
  print(`  ${systemctl} enable --now ${service.name}`)
  if (!isRoot) print('to let it run while you are not logged in:\n  loginctl enable-linger')
}

function serviceOf(what: string | undefined, interval: number | undefined): Service {
  if (what === 'collector') return collectorService(interval)
  if (what !== undefined)
    throw new WrongUsage(
      `There is no service "${what}"; expected: collector, or nothing for the whole stack.`,
    )
  if (interval !== undefined)
    throw new WrongUsage('--interval belongs to the collector: service install collector --interval 5.')
  return STACK_SERVICE
}

/** With sudo, the stack still runs as the one whose clone it is: its files would become root's otherwise. */
function ownerOfClone(): string {
  const { uid } = statSync(packageRoot)
  const name = spawnSync('id', ['-nu', String(uid)], { encoding: 'utf8' }).stdout.trim()
  return name === '' ? String(uid) : name
}
