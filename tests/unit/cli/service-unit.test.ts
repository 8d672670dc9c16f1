/** The systemd unit: its content, and that systemd accepts it. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { collectorService, serviceUnit, type Service } from '../../../cli/service-unit.ts'

const MINE = { user: undefined, node: '/opt/node/bin/node', root: '/srv/almanac', writable: [] }
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0

/** Value of a key that stands once. */
function value(unit: string, key: string): string | undefined {
  const found = [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map((match) => match[1])
  expect(found.length).toBeLessThan(2)
  return found[0]
}

describe('the systemd unit', () => {
  it('the unit starts the whole stack from its folder, by absolute paths', () => {
    const unit = serviceUnit(MINE)
    expect(value(unit, 'ExecStart')).toBe('"/opt/node/bin/node" "/srv/almanac/bin/almanac.mjs" up')
    expect(value(unit, 'WorkingDirectory')).toBe('/srv/almanac')
    expect(value(unit, 'Environment')).toMatch(/^"PATH=\/opt\/node\/bin:/)
  })

  it('the unit starts the collector as a daemon, after the whole stack if that is started too', () => {
    const unit = serviceUnit({ ...MINE, service: collectorService(5) })
    expect(value(unit, 'ExecStart')).toBe(
      '"/opt/node/bin/node" "/srv/almanac/bin/almanac.mjs" collector --daemon --interval 5',
    )
    expect(value(unit, 'After')).toBe('almanac.service')
    const ofFile = serviceUnit({ ...MINE, service: collectorService(undefined) })
    expect(value(ofFile, 'ExecStart')?.endsWith(' collector --daemon')).toBe(true)
    const ofSystem = serviceUnit({ ...MINE, user: 'almanac', service: collectorService(1) })
    expect(value(ofSystem, 'After')).toBe('network-online.target almanac.service')
  })

  it('the unit lets Almanac stop its servers itself, and allows more than the 10 s that this takes', () => {
    const unit = serviceUnit(MINE)
    expect(value(unit, 'KillMode')).toBe('mixed')
    expect(Number(value(unit, 'TimeoutStopSec'))).toBeGreaterThan(10)
  })

  it('the system unit names the account and what may be written', () => {
    const unit = serviceUnit({ ...MINE, user: 'almanac', writable: ['/var/lib/almanac'] })
    expect(value(unit, 'User')).toBe('almanac')
    expect(value(unit, 'ReadWritePaths')).toBe('"-/srv/almanac" "-/var/lib/almanac"')
    expect(value(unit, 'WantedBy')).toBe('multi-user.target')
  })

  it('the user unit names no account and no sandbox that a user may not have', () => {
    const unit = serviceUnit(MINE)
    expect(unit).not.toMatch(/^(User|Protect\w+|ReadWritePaths)=/m)
    expect(value(unit, 'WantedBy')).toBe('default.target')
  })

  it('the unit of root keeps the user namespace that PostgreSQL needs', () => {
    expect(value(serviceUnit({ ...MINE, user: 'almanac' }), 'RestrictNamespaces')).toBe('yes')
    expect(value(serviceUnit({ ...MINE, user: 'root' }), 'RestrictNamespaces')).toBeUndefined()
  })
})

describe.skipIf(!hasSystemd)('systemd (skipped without systemd-analyze)', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'almanac-unit-'))
  })
  afterEach(() => {
    rmSync(root, { recursive: true })
  })

  const verify = (user: string | undefined, folder: string, service?: Service) => {
    mkdirSync(folder, { recursive: true })
    const file = join(root, `${service?.name ?? 'almanac'}.service`)
    const unit = { user, node: process.execPath, root: folder, writable: [join(folder, 'data')] }
    writeFileSync(file, serviceUnit({ ...unit, ...(service && { service }) }))
    return spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' })
  }
  const about = (stderr: string) =>
    stderr.split('\n').filter((line) => /almanac(-collector)?\.service/.test(line))

  it.each(['root', undefined])('systemd-analyze accepts the unit of %s', (user) => {
    const { status, stderr } = verify(user, join(root, 'clone'))
    expect(about(stderr)).toEqual([])
    expect(status).toBe(0)
  })

  it.each(['root', undefined])("systemd-analyze accepts the collector's unit of %s", (user) => {
    const { status, stderr } = verify(user, join(root, 'clone'), collectorService(1))
    expect(about(stderr)).toEqual([])
    expect(status).toBe(0)
  })

  it('accepts a folder with a space, a percent sign, a dollar and a quote', () => {
    expect(about(verify('root', join(root, 'my clone 100% "$HOME"')).stderr)).toEqual([])
  })

  it('systemd-analyze detects a fault', () => {
    writeFileSync(join(root, 'almanac.service'), '[Service]\nExecStart=/nowhere/node up\n')
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', join(root, 'almanac.service')], {
      encoding: 'utf8',
    })
    expect(about(stderr)).not.toEqual([])
  })
})
