/** The systemd units, as text: of the whole stack, and of the collector alone. */
import { dirname, join } from 'node:path'
import { EXIT } from './exit.ts'

export interface ServiceUnit {
  /** What it runs. Default: the whole stack. */
  service?: Service
  /** Account that the stack runs as; undefined makes a unit for the user's own service manager. */
  user: string | undefined
  /** Absolute path of node. */
  node: string
  /** Absolute path of the clone. */
  root: string
  /** Absolute folders that the stack writes to, besides the clone. */
  writable: string[]
}

/** A command of Almanac that systemd keeps running. */
export interface Service {
  /** Its name to systemd, without `.service`. */
  name: string
  description: string
  args: string[]
  /** Units that start before, if they are started as well. */
  after: string[]
}

/** `npm start`. */
export const STACK_SERVICE: Service = {
  name: 'almanac',
  description: 'Almanac: recurring data collections',
  args: ['up'],
  after: [],
}

/**
 * The collector of match-results, every given number of minutes. It starts after the whole stack, beside which it ends
 * at once.
 */
export function collectorService(intervalMinutes: number | undefined): Service {
  return {
    name: 'almanac-collector',
    description: 'Almanac: collector of match results',
    args: [
      'collector',
      '--daemon',
      ...(intervalMinutes === undefined ? [] : ['--interval', String(intervalMinutes)]),
    ],
    after: [`${STACK_SERVICE.name}.service`],
  }
}

/** The longest orderly stop: worker 5 s, Temporal 20 s, PostgreSQL 35 s, each of which is rarely a second. */
const STOP_SECONDS = 90
/** A crash, a taken port or a full disk is tried again after this long, for as long as it takes. */
const RESTART_SECONDS = 15

/** The text of a unit. */
export function serviceUnit({ user, node, root, writable, service = STACK_SERVICE }: ServiceUnit): string {
  const isSystem = user !== undefined
  const after = [...(isSystem ? ['network-online.target'] : []), ...service.after]
  return [
    '[Unit]',
    `Description=${service.description}`,
    ...(isSystem ? ['Wants=network-online.target'] : []),
    ...(after.length > 0 ? [`After=${after.join(' ')}`] : []),
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=exec',
    ...(isSystem ? [`User=${user}`] : []),
    `WorkingDirectory=${percents(root)}`,
    '# Settings come from .env in that folder. npm and Python are looked for here when packages have to be installed.',
    `Environment=${quoted(`PATH=${dirname(node)}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`)}`,
    `ExecStart=${argument(node)} ${argument(join(root, 'bin', 'almanac.mjs'))} ${service.args.join(' ')}`,
    'Restart=on-failure',
    `RestartSec=${RESTART_SECONDS}`,
    '# Settings that cannot be read: another start reads the same.',
    `RestartPreventExitStatus=${EXIT.wrongUsage}`,
    '# Only Almanac is told to stop: it stops its worker, then Temporal, then PostgreSQL. What is left then is killed.',
    'KillMode=mixed',
    `TimeoutStopSec=${STOP_SECONDS}`,
    '# A server that was killed for its memory is started again by Almanac itself.',
    'OOMPolicy=continue',
    'NoNewPrivileges=yes',
    ...(isSystem ? sandbox([root, ...writable], user === 'root') : []),
    '',
    '[Install]',
    `WantedBy=${isSystem ? 'multi-user.target' : 'default.target'}`,
    '',
  ].join('\n')
}

/** A user manager may not set these up; root needs a user namespace, in which PostgreSQL runs as another user. */
function sandbox(writable: string[], isRoot: boolean): string[] {
  return [
    'ProtectSystem=full',
    `ReadWritePaths=${[...new Set(writable)].map((path) => quoted(`-${path}`)).join(' ')}`,
    'ProtectControlGroups=yes',
    'ProtectKernelModules=yes',
    'RestrictSUIDSGID=yes',
    ...(isRoot ? [] : ['RestrictNamespaces=yes']),
  ]
}

/** systemd replaces what follows a % everywhere … */
function percents(text: string): string {
  return text.replaceAll('%', '%%')
}

function quoted(text: string): string {
  return `"${percents(text).replaceAll(/["\\]/g, '\\$&')}"`
}

/** … and what follows a $ in a command line. */
function argument(text: string): string {
  return quoted(text.replaceAll('$', '$$$$'))
}
