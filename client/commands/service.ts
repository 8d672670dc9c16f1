/** `almanac service install`: the whole stack as a service of systemd. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { packageRoot } from '../../package-root.ts'
import { WrongUsage } from '../exit.ts'
import { configOf, type GlobalOptions } from '../main.ts'
import { print } from '../output.ts'
import { serviceUnit } from '../service-unit.ts'

/** Prints the unit, or writes it and says how to start it. Root gets a unit of the system, others one of their own. */
export function install(options: GlobalOptions & { write?: boolean }): void {
  if (process.platform !== 'linux')
    throw new WrongUsage(
      'systemd is of Linux; elsewhere let the service manager run "npm start" in this folder.',
    )
  if (options.demo) throw new WrongUsage('The demo is for looking at, not for a service; leave out --demo.')
  const { stateDir, dataDir } = configOf(options)
  const isRoot = process.getuid?.() === 0
  const unit = serviceUnit({
    user: isRoot ? ownerOfClone() : undefined,
    node: process.execPath,
    root: packageRoot.replace(/\/$/, ''),
    writable: [stateDir, dataDir],
  })
  if (!options.write) {
    process.stdout.write(unit)
    return
  }
  const file = isRoot
    ? '/etc/systemd/system/almanac.service'
    : join(homedir(), '.config/systemd/user/almanac.service')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, unit)
  const systemctl = isRoot ? 'systemctl' : 'systemctl --user'
  print(`wrote ${file}; start it, now and with the machine, by`)
  print(`  ${systemctl} daemon-reload`)
  print(`  ${systemctl} enable --now almanac`)
  if (!isRoot) print('and let it run while you are not logged in by\n  loginctl enable-linger')
}

/** With sudo, the stack still runs as the one whose clone it is: its files would become root's otherwise. */
function ownerOfClone(): string {
  const { uid } = statSync(packageRoot)
  const name = spawnSync('id', ['-nu', String(uid)], { encoding: 'utf8' }).stdout.trim()
  return name === '' ? String(uid) : name
}
