/**
 * The only place that reads the environment, `.env` and `almanac.yaml`. Everything is validated before anything starts;
 * an error names the file, the key, what was found and what is expected.
 */
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { z } from 'zod'
import { Failure } from '../core/failures.ts'
import { hideSecrets, secretsOfAddress } from '../core/secrets.ts'
import { packageRoot } from '../system/package-root.ts'
import { address } from '../pipelines/definition.ts'
import { PIPELINES } from '../pipelines/index.ts'
import { ADDRESS_VARIABLES, COMPOSE_VARIABLES, environmentSchema, type Environment } from './environment.ts'
import { addressesIn } from './addresses.ts'
import { almanacFileSchema, type AlmanacFile, type Tracked } from './almanac-file.ts'
import type { AlertSettings } from './alerts.ts'
import { readEnvFile, type EnvFile } from './env-file.ts'
import { didYouMean, expectation, explainIssues, type SettingsPlace } from './explain-settings.ts'
import { readYaml } from './yaml-file.ts'

/** All settings of one process. `demo` ignores every key and address of the live stack. */
export interface Config {
  mode: 'live' | 'demo'
  env: Environment
  tracked: Tracked
  /** Who is told if something is not as it should be; nobody by the demo. */
  alerts: AlertSettings
  /** Set while the user has no almanac.yaml: the example that applies, and where theirs is to be made. */
  example?: { from: string; to: string }
  /** Absolute folders. */
  stateDir: string
  dataDir: string
  toolsDir: string
  /** Clones while they are read. */
  workDir: string
  backupDir: string
  /** Environment passed to programs such as git: how to find them, and the proxy settings. */
  programEnv: Record<string, string>
  /** What PostgreSQL's own programs read besides: PGPASSWORD and the like. */
  postgresEnv: Record<string, string>
  ports: {
    postgres: number
    temporal: number
    temporalUi: number
    page: number
    overview: number
    simulator: number
  }
}

/** Variables that git and its TLS read: needed behind a proxy or with custom certificates. */
const PROGRAM_VARIABLES = [
  'PATH',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
].concat(['no_proxy', 'NO_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO', 'TMPDIR'])

export interface ConfigSources {
  demo?: boolean
  /** Default: the process environment. Tests pass their own. */
  env?: Record<string, string | undefined>
  /** Folder of `.env` and `almanac.yaml`; relative settings start from it. */
  root?: string
}

/** Reads and validates everything; throws `Misconfigured` with one sentence per mistake. */
export function loadConfig({
  demo = false,
  env = process.env,
  root = packageRoot,
}: ConfigSources = {}): Config {
  const given = mergedEnvironment(env, root)
  hideSecrets(secretsIn({ ...programEnv(env), ...given.values }))
  const settings = parse(environmentSchema, given.values, given.place, given.mistakes)
  const stateDir = resolve(root, settings.ALMANAC_STATE_DIR)
  const common = {
    toolsDir: join(stateDir, 'tools'),
    programEnv: programEnv(env),
    postgresEnv: postgresEnv(env),
  }
  if (!demo) {
    return {
      ...common,
      mode: 'live',
      env: settings,
      ...trackedIn(root, settings, given),
      stateDir,
      workDir: join(stateDir, 'work'),
      dataDir: resolve(root, settings.DATA_DIR),
      backupDir: resolve(root, settings.BACKUP_DIR),
      ports: {
        postgres: settings.POSTGRES_PORT,
        temporal: settings.TEMPORAL_PORT,
        temporalUi: settings.TEMPORAL_UI_PORT,
        page: settings.PAGE_PORT,
        overview: settings.OVERVIEW_PORT,
        simulator: settings.SIMULATOR_PORT,
      },
    }
  }
  return {
    ...common,
    mode: 'demo',
    env: demoEnvironment(settings),
    ...demoFile(settings),
    stateDir: join(stateDir, 'demo'),
    workDir: join(stateDir, 'demo', 'work'),
    dataDir: join(stateDir, 'demo', 'data'),
    backupDir: join(stateDir, 'demo', 'backups'),
    ports: {
      postgres: settings.DEMO_POSTGRES_PORT,
      temporal: settings.DEMO_TEMPORAL_PORT,
      temporalUi: settings.DEMO_TEMPORAL_UI_PORT,
      page: settings.DEMO_PAGE_PORT,
      overview: settings.DEMO_OVERVIEW_PORT,
      simulator: settings.SIMULATOR_PORT,
    },
  }
}

/**
 * Whether to print in colour: NO_COLOR (https://no-color.org) and FORCE_COLOR decide, otherwise whether it is a
 * terminal.
 */
export function wantsColour(
  isTerminal: boolean | undefined,
  env: ConfigSources['env'] = process.env,
): boolean {
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0'
  return isTerminal === true && env['TERM'] !== 'dumb'
}

const demoSections = (origin: string) =>
  Object.fromEntries(PIPELINES.map(({ id, demo }) => [id, demo.section(origin)]))

/** The sections of the demo: each pipeline's own, with the simulator instead of the real services. */
function demoFile({ SIMULATOR_PORT }: Environment): Pick<Config, 'tracked' | 'alerts'> {
  const simulator = `http://127.0.0.1:${SIMULATOR_PORT}`
  const { alerts, ...tracked } = parse(almanacFileSchema, demoSections(simulator), { name: 'the demo' })
  // An address that a demo section omits would default to the real service.
  const strange = addressesIn(tracked).filter((address) => !address.startsWith(simulator))
  if (strange.length > 0)
    throw new Error(`the demo would contact ${strange.join(', ')}: its section lacks that address`)
  return { tracked, alerts }
}

/**
 * The demo keeps ports, folders and log level; everything else has its default, and each pipeline what its demo needs.
 */
function demoEnvironment(settings: Environment): Environment {
  const { ALMANAC_STATE_DIR, LOG_LEVEL, SIMULATOR_PORT } = settings
  const own = Object.fromEntries(PIPELINES.flatMap(({ demo }) => Object.entries(demo.variables ?? {})))
  return { ...environmentSchema.parse(own), ALMANAC_STATE_DIR, LOG_LEVEL, SIMULATOR_PORT }
}

/** Names whose values are secrets as a whole; those of addresses are secret in part. */
const SECRET_NAME = /key$|password$|secret$|token$/i

/** Keys, tokens and passwords among variables, and the passwords in their addresses. */
export function secretsIn(variables: Record<string, string>): string[] {
  const found = Object.entries(variables).flatMap(([name, value]) =>
    SECRET_NAME.test(name) ? [value] : value.split(',').flatMap((one) => secretsOfAddress(one.trim())),
  )
  return found.filter((secret) => secret !== '')
}

function programEnv(env: Record<string, string | undefined>): Record<string, string> {
  const found = PROGRAM_VARIABLES.map((name) => [name, env[name]] as const)
  return Object.fromEntries(found.filter((pair): pair is [string, string] => Boolean(pair[1])))
}

const postgresEnv = (env: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter(
      (pair): pair is [string, string] => /^PG[A-Z]+$/.test(pair[0]) && Boolean(pair[1]),
    ),
  )

/** Variables and where each was set. */
interface Given {
  values: Record<string, string>
  /** Lines of `.env` that are wrong in themselves. */
  mistakes: string[]
  place: Required<Pick<SettingsPlace, 'name' | 'placeOf'>>
}

const KNOWN_VARIABLES = new Set<string>([
  ...Object.keys(environmentSchema.shape),
  ...ADDRESS_VARIABLES.map(({ name }) => name),
  ...COMPOSE_VARIABLES,
])

/** The process environment wins over `.env`; an empty value counts as unset. */
function mergedEnvironment(env: Record<string, string | undefined>, root: string): Given {
  const file = join(root, '.env')
  const ofFile = existsSync(file) ? checkedEnvFile(file) : undefined
  const values: Record<string, string> = {}
  for (const [name, value] of [...Object.entries(ofFile?.values ?? {}), ...Object.entries(env)]) {
    if (KNOWN_VARIABLES.has(name) && value !== undefined && value !== '') values[name] = value
  }
  const placeOf = ([name]: readonly PropertyKey[]) =>
    env[String(name)] || ofFile === undefined ? 'environment' : ofFile.placeOf(String(name))
  return { values, mistakes: ofFile?.mistakes ?? [], place: { name: 'environment and .env', placeOf } }
}

/** With a sentence for each name that is unknown, too. */
function checkedEnvFile(file: string): EnvFile {
  const found = readEnvFile(file)
  const mistakes = [
    ...found.mistakes,
    ...Object.keys(found.values)
      .filter((name) => !KNOWN_VARIABLES.has(name))
      .map(
        (name) =>
          `${found.placeOf(name)}: ${name} is not a known variable${didYouMean(name, KNOWN_VARIABLES)}`,
      ),
  ]
  return { ...found, mistakes }
}

/** The shipped file, which nobody edits. */
const EXAMPLE = 'almanac.example.yaml'

/** What the user's file lists; the example's content while there is none and no other is named. */
function trackedIn(
  root: string,
  { ALMANAC_CONFIG }: Environment,
  given: Given,
): Pick<Config, 'tracked' | 'alerts' | 'example'> {
  const own = resolve(root, ALMANAC_CONFIG)
  const example = resolve(root, EXAMPLE)
  if (given.values['ALMANAC_CONFIG'] !== undefined || existsSync(own) || !existsSync(example))
    return readFile(own, given)
  return { ...readFile(example, given), example: { from: example, to: own } }
}

function readFile(file: string, given: Given): Pick<Config, 'tracked' | 'alerts'> {
  if (!existsSync(file)) {
    throw new Failure(
      'Misconfigured',
      `${file} is missing; it lists what is tracked. Copy ${EXAMPLE} to it, or correct ALMANAC_CONFIG.`,
    )
  }
  if (statSync(file).isDirectory()) {
    throw new Failure(
      'Misconfigured',
      `${file} is a folder, as Docker makes one for a file that is missing. Remove it, and copy ${EXAMPLE} to it.`,
    )
  }
  const { content, placeOf } = readYaml(file)
  const { alerts, ...tracked }: AlmanacFile = parse(almanacFileSchema, withAddresses(content, given), {
    name: file,
    placeOf,
    // Read only for a mistake.
    get examples() {
      return [readYaml(join(packageRoot, EXAMPLE)).content, demoSections('https://example.org')]
    },
  })
  hideSecrets(addressesIn(tracked).flatMap(secretsOfAddress))
  // Whoever knows the address of a channel may write into it.
  hideSecrets(alerts.channels.flatMap(({ webhook }) => webhook ?? []))
  return { tracked, alerts }
}

/** Applies the variables that still override an address of almanac.yaml to its sections. */
function withAddresses(content: unknown, { values, place }: Given): unknown {
  if (typeof content !== 'object' || content === null) return content
  const file = structuredClone(content) as Record<string, Record<string, unknown> | undefined>
  for (const { name, id, key } of ADDRESS_VARIABLES) {
    const value = values[name]
    if (value === undefined) continue
    const section = (file[id] ??= { enabled: false })
    const addresses = value.split(',').map((one) => one.trim())
    if (!addresses.every((one) => address.safeParse(one).success))
      throw new Failure(
        'Misconfigured',
        `${place.placeOf([name])}: ${name}: found a hidden value; expected http(s)://host.`,
      )
    section[key] = key.endsWith('_urls') ? addresses : value
  }
  return file
}

/** The value as its schema has it. Throws `Misconfigured` with `mistakes`, which were found before, and its own. */
function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: SettingsPlace,
  mistakes: readonly string[] = [],
): z.infer<Schema> {
  const result = schema.safeParse(value, { error: expectation })
  if (result.success && mistakes.length === 0) return result.data
  const explained = explainIssues(result.error?.issues ?? [], schema, value, place)
  throw new Failure('Misconfigured', [...mistakes, ...explained].join('\n'))
}
