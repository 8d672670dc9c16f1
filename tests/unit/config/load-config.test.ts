/** What `loadConfig` accepts, and the one sentence with which it refuses the rest. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addressesIn } from '../../../config/addresses.ts'
import { loadConfig, type Config } from '../../../config/load-config.ts'
import { Failure } from '../../../core/failures.ts'
import { PIPELINES, type PipelineId } from '../../../pipelines/index.ts'

const MODS = 'mod-stats:\n  mods:\n    - modrinth: createnuclear\n'
/** Of the shape of a real key: the hash format that CurseForge hands out. */
const KEY = `$2a$10$${'abcDEF./0123456789'.repeat(3).slice(0, 53)}`

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'almanac-config-'))
  writeFileSync(join(root, 'almanac.yaml'), MODS)
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

function load(options: {
  env?: Record<string, string>
  dotenv?: string
  yaml?: string
  demo?: boolean
}): Config {
  if (options.dotenv !== undefined) writeFileSync(join(root, '.env'), options.dotenv)
  if (options.yaml !== undefined) writeFileSync(join(root, 'almanac.yaml'), options.yaml)
  return loadConfig({ root, env: options.env ?? {}, demo: options.demo ?? false })
}

/** The error message; fails if there is none. */
function refusal(options: Parameters<typeof load>[0]): string {
  try {
    load(options)
  } catch (error) {
    if (error instanceof Failure && error.type === 'Misconfigured') return error.message
    throw error
  }
  throw new Error('expected a refusal')
}

describe('the example that is shipped', () => {
  const from = () => join(root, 'almanac.example.yaml')
  beforeEach(() => {
    writeFileSync(from(), MODS.replace('createnuclear', 'example'))
  })

  it('applies while there is no almanac.yaml, and the settings say where that is to be made', () => {
    rmSync(join(root, 'almanac.yaml'))
    const { tracked, example } = load({})
    expect(tracked['mod-stats'].mods).toMatchObject([{ modrinth: 'example' }])
    expect(example).toEqual({ from: from(), to: join(root, 'almanac.yaml') })
  })

  it('does not apply beside an almanac.yaml, for another file that is missing, or in the demo', () => {
    const { tracked, ...config } = load({})
    expect(tracked['mod-stats'].mods).toMatchObject([{ modrinth: 'createnuclear' }])
    expect(config).not.toHaveProperty('example')
    expect(refusal({ env: { ALMANAC_CONFIG: 'other.yaml' } })).toMatch(
      /other\.yaml is missing.*Copy almanac\.example\.yaml/,
    )
    rmSync(join(root, 'almanac.yaml'))
    expect(load({ demo: true })).not.toHaveProperty('example')
  })
})

describe('a wrong almanac.yaml', () => {
  const yamlRefusal = (yaml: string) => {
    const message = refusal({ yaml })
    expect(message).toContain(join(root, 'almanac.yaml'))
    return message
  }

  it('a wrong almanac.yaml is reported with key, value and what is expected', () => {
    const message = yamlRefusal(`${MODS}  modpacks:\n    pages: many\n`)
    expect(message).toContain(
      ', line 5: mod-stats.modpacks.pages: found "many"; expected a number, for example 35.',
    )
    expect(message.split('\n')).toHaveLength(1)
  })

  it('reports each of several mistakes in almanac.yaml', () => {
    const message = yamlRefusal(`${MODS}  enabled: perhaps\n  modpacks:\n    pages: 5000\n`)
    expect(message).toMatch(/mod-stats\.enabled: found "perhaps"; expected true or false/)
    expect(message).toMatch(/mod-stats\.modpacks\.pages: found 5000; .*1000/)
  })

  it('suggests the known key that a misspelt key of almanac.yaml resembles', () => {
    expect(yamlRefusal(`${MODS}  modpack:\n    pages: 1\n`)).toMatch(
      /mod-stats\.modpack is not a known key.*modpacks/,
    )
    expect(yamlRefusal('mod-stats:\n  mods:\n    - modrint: createnuclear\n')).toMatch(
      /line 3: mod-stats\.mods, entry 1, modrint is not a known key.*modrinth/,
    )
    expect(yamlRefusal(`${MODS}mod-stat: {}\n`)).toMatch(/mod-stat is not a known key.*mod-stats/)
  })

  it('suggests no key if none is similar', () => {
    expect(yamlRefusal(`${MODS}  colour: blue\n`)).toMatch(
      /mod-stats\.colour is not a known key; known: enabled, mods, modpacks, modrinth_url, /,
    )
  })

  it('names the line of a syntax error in almanac.yaml, and what YAML expects', () => {
    expect(yamlRefusal('mod-stats:\n  mods: [\n')).toMatch(/not valid YAML: .*line \d/)
    expect(yamlRefusal('mod-stats:\n\tmods: 1\n')).toMatch(
      /not valid YAML: Tabs .*, in line 2 \("mods: 1"\)\. Expected "name: value"/,
    )
  })

  it('explains each kind of mistake in words, with an example from the defaults, the shipped file or the demo', () => {
    expect(yamlRefusal('mod-stats:\n')).toMatch(
      /found null; expected settings, .*, for example \{"enabled":true,"mods":\[\{"name":"Create Nuclear"/,
    )
    expect(yamlRefusal('crypto-forecast:\n  coins: []\n')).toMatch(
      /line 2: crypto-forecast\.coins: found \[\]; expected at least 1 entry, for example \[\{"id":"bitcoin"/,
    )
    expect(yamlRefusal(`${MODS}crypto-forecast:\n  coins: bitcoin\n`)).toMatch(
      /line 5: crypto-forecast\.coins: found "bitcoin"; expected a list, .* for example \[\{"id":"bitcoin"/,
    )
    expect(yamlRefusal(`${MODS}    - 3\n`)).toMatch(
      /line 4: mod-stats\.mods, entry 2: found 3; expected settings/,
    )
  })

  it('knows the keys of a section that can be left out', () => {
    expect(yamlRefusal(`${MODS}match-results:\n  csv_minuts: 3\n`)).toMatch(
      /match-results\.csv_minuts is not a known key; did you mean csv_minutes\?$/,
    )
  })

  it('counts what it leaves out after ten mistakes', () => {
    const message = yamlRefusal(`${MODS}${'    - {}\n'.repeat(20)}`)
    expect(message.split('\n')).toHaveLength(11)
    expect(message).toMatch(/: and 10 more$/)
  })

  it('rejects a mod without a platform, and a mod listed twice', () => {
    expect(yamlRefusal('mod-stats:\n  mods:\n    - name: Nowhere\n')).toMatch(
      /mod-stats\.mods, entry 1: .*expected modrinth .*curseforge/,
    )
    expect(yamlRefusal(`${MODS}    - modrinth: CreateNuclear\n`)).toMatch(
      /mod-stats\.mods, entry 2, modrinth: found "CreateNuclear"; expected each mod once/,
    )
  })

  it('says what to do if almanac.yaml is a folder', () => {
    mkdirSync(join(root, 'folder.yaml'))
    expect(refusal({ env: { ALMANAC_CONFIG: 'folder.yaml' } })).toMatch(/folder\.yaml is a folder.*Remove it/)
  })

  it.each([
    ['a section alone', 'crypto-forecast: {}\n'],
    ['mods that are none', 'mod-stats:\n  mods: []\n'],
    ['a section that is off', 'mod-stats:\n  enabled: false\n'],
  ])('accepts %s', (_, yaml) => {
    expect(load({ yaml }).tracked['mod-stats'].mods).toEqual([])
  })

  it('leaves a pipeline off whose section is left out', () => {
    const { tracked } = load({ yaml: 'crypto-forecast: {}\n' })
    const enabled = Object.entries(tracked).flatMap(([id, section]) => (section.enabled ? [id] : []))
    expect(enabled).toEqual(['crypto-forecast'])
  })

  it('accepts names that the services allow', () => {
    const slugs = ['rock,paper', 'back`tick', `it's-"quoted"`, 'plus+plus', 'at@home!']
    const coins = [
      { id: 'bianrensheng', code: '币安人生', symbol: '币安人生USDT' },
      { id: 'staked_ether', code: 'stETH' },
      { id: 'usd-coin-bridged.e', code: 'USDC.e' },
    ]
    const yaml = JSON.stringify({
      'mod-stats': { mods: slugs.map((modrinth) => ({ modrinth })) },
      'crypto-forecast': { coins },
    })
    const { tracked } = load({ yaml })
    expect(tracked['mod-stats'].mods.map(({ modrinth }) => modrinth)).toEqual(slugs)
    expect(tracked['crypto-forecast'].coins).toEqual(coins)
  })

  it.each(['../etc', 'a/b', '..', 'a b', 'a,b', ''])('rejects the coin id "%s"', (id) => {
    const yaml = JSON.stringify({ 'crypto-forecast': { coins: [{ id, code: 'X' }] } })
    expect(yamlRefusal(yaml)).toMatch(/crypto-forecast\.coins, entry 1, id: .*expected a CoinGecko id/)
  })

  it('says what to do if almanac.yaml is missing', () => {
    expect(refusal({ env: { ALMANAC_CONFIG: 'nowhere.yaml' } })).toMatch(
      /nowhere\.yaml is missing.*ALMANAC_CONFIG/,
    )
  })
})

describe('a wrong environment', () => {
  it('a wrong environment variable is reported with its value and what is expected', () => {
    const message = refusal({ env: { COLLECTION_INTERVAL: '5' } })
    expect(message).toMatch(/^environment: COLLECTION_INTERVAL: found "5"; .*60/)
    expect(refusal({ env: { COLLECTION_INTERVAL: 'daily' } })).toContain('found "daily"; expected a number')
    expect(refusal({ env: { LOG_LEVEL: 'loud' } })).toMatch(/LOG_LEVEL: found "loud"; .*"info"/)
    expect(refusal({ env: { TEMPORAL_ADDRESS: 'somewhere' } })).toMatch(
      /TEMPORAL_ADDRESS.*expected host:port/,
    )
  })

  it('rejects an unknown name in .env, and suggests a similar known one', () => {
    expect(refusal({ dotenv: 'COLLECTION_INTERVALL=60\n' })).toMatch(
      /\.env, line 1: COLLECTION_INTERVALL is not a known variable.*COLLECTION_INTERVAL\b/,
    )
    // All of its words, before a name with fewer other letters.
    expect(refusal({ dotenv: 'CURSEFORGE_KEY=x\n' })).toContain('did you mean CURSEFORGE_API_KEY?')
  })

  it('names the line of every mistake in .env, and the environment if the value came from there', () => {
    const file = join(root, '.env')
    const dotenv = [
      '\uFEFF# COLLECTION_INTERVAL=1',
      'export COLLECTION_INTERVAL=60',
      '',
      ' COLLECTION_INTERVAL = "5"',
      'LOG_LEVEL: loud',
    ]
    expect(refusal({ dotenv: dotenv.join('\r\n') }).split('\n')).toEqual([
      `${file}, line 4: COLLECTION_INTERVAL is set in line 2 already; remove one of them.`,
      expect.stringMatching(/, line 5: LOG_LEVEL: found "loud"; expected "debug"/),
      expect.stringMatching(/, line 4: COLLECTION_INTERVAL: found "5"; expected at least 60/),
    ])
    expect(refusal({ dotenv: dotenv.join('\n'), env: { LOG_LEVEL: 'low' } }).split('\n')[1]).toMatch(
      /^environment: LOG_LEVEL: found "low"/,
    )
    expect(refusal({ dotenv: "\nBINANCE_URLS='ftp://user:hunter2@host'\n" })).toBe(
      `${file}, line 2: BINANCE_URLS: found a hidden value; expected http(s)://host.`,
    )
    expect(refusal({ dotenv: 'A=1\n\nB=2\n' }).split('\n')).toEqual([
      expect.stringContaining(`${file}, line 1: A is not a known variable`),
      expect.stringContaining(`${file}, line 3: B is not a known variable`),
    ])
  })

  it('names a settings file that cannot be read', () => {
    mkdirSync(join(root, '.env'))
    expect(refusal({})).toMatch(/\.env cannot be read \(EISDIR\); expected a file/)
  })

  it('refuses a line of .env that is no setting, without showing it', () => {
    expect(refusal({ dotenv: '# a key\nCURSEFORGE_API_KEY hunter2\n' })).toBe(
      `${join(root, '.env')}, line 2: expected NAME=value, or a comment that begins with "#".`,
    )
    const password = 'one\ntwo words'
    expect(load({ dotenv: `CURSEFORGE_API_KEY="${password}"\n` }).env.CURSEFORGE_API_KEY).toBe(password)
  })

  it('refuses every line of .env that would set something else than it says, all at once, without showing it', () => {
    const dotenv = [
      'CURSEFORGE_API_KEY=hunter2#tail',
      `DATABASE_URL="postgresql://me:hunter2@host/db`,
      'LOG_LEVEL=loud',
      'GITHUB_TOKEN="one',
      'two"',
      'a line',
      `TEMPORAL_API_KEY='hunter2' tail`,
      'GITHUB_TOKEN=#tail',
    ]
    const message = refusal({ dotenv: dotenv.join('\n') })
    expect(message.split('\n').map((line) => line.replace(`${join(root, '.env')}, line `, ''))).toEqual([
      expect.stringMatching(/^1: CURSEFORGE_API_KEY: the value would end at its "#"/),
      expect.stringMatching(/^2: DATABASE_URL: the value begins with "; expected another "/),
      expect.stringMatching(/^6: expected NAME=value/),
      expect.stringMatching(/^7: TEMPORAL_API_KEY: the value begins with '/),
      '8: GITHUB_TOKEN is set in line 4 already; remove one of them.',
      expect.stringMatching(/^8: GITHUB_TOKEN: the value would end at its "#"/),
      expect.stringMatching(/^3: LOG_LEVEL: found "loud"/),
      expect.stringMatching(/^2: DATABASE_URL: found a hidden value/),
    ])
    expect(message).not.toMatch(/hunter2|tail/)
  })

  it('accepts comments behind values in .env, and a "#" within quotes', () => {
    const { env } = load({ dotenv: `LOG_LEVEL=debug # not #info\nCURSEFORGE_API_KEY="a#b" # mine\n` })
    expect(env).toMatchObject({ LOG_LEVEL: 'debug', CURSEFORGE_API_KEY: 'a#b' })
  })

  it('accepts the variables of docker-compose.yml in .env, and any name in the environment', () => {
    const config = load({ dotenv: "POSTGRES_PASSWORD='x'\n", env: { HOME: '/home/x', SOMETHING: 'else' } })
    expect(config.env).not.toHaveProperty('POSTGRES_PASSWORD')
  })

  it('never shows the value of a secret', () => {
    for (const name of ['DATABASE_URL', 'TEMPORAL_UI_URL', 'MODRINTH_URL']) {
      const message = refusal({ env: { [name]: 'ftp://user:hunter2@host' } })
      expect(message).toContain(name)
      expect(message).not.toContain('hunter2')
    }
    expect(refusal({ dotenv: "POSTGRES_PASWORD='hunter2'\n" })).not.toContain('hunter2')
  })
})

describe('a secret among the settings', () => {
  it('is hidden in every failure once it was read, whether a key, a token or a part of an address', () => {
    const env = {
      GITHUB_TOKEN: 'ghp_0123456789',
      DATABASE_URL: 'postgresql://joe:open-sesame@db.example/x',
      https_proxy: 'http://joe:proxy-pass@proxy.example',
    }
    const yaml = `${MODS}  modrinth_url: https://joe:yaml-pass-1@mirror.example\n`
    load({ env, yaml, dotenv: "CURSEFORGE_API_KEY='$2a$10$from-the-file'\n" })
    const said = 'ghp_0123456789 open-sesame proxy-pass yaml-pass-1 $2a$10$from-the-file db.example'
    expect(new Failure('NotFound', said).message).toBe(`${'[hidden] '.repeat(5)}db.example`)
  })
})

describe('the environment', () => {
  it.each([
    ['single quotes', `'${KEY}'`],
    ['double quotes', `"${KEY}"`],
    ['no quotes', KEY],
  ])('keeps every $ of a key that stands in .env in %s', (_, written) => {
    expect(load({ dotenv: `CURSEFORGE_API_KEY=${written}\n` }).env.CURSEFORGE_API_KEY).toBe(KEY)
  })

  it('keeps every $ of a key that comes from the process', () => {
    expect(load({ env: { CURSEFORGE_API_KEY: KEY } }).env.CURSEFORGE_API_KEY).toBe(KEY)
  })

  it('an environment variable overrides .env unless it is empty', () => {
    const dotenv = 'COLLECTION_INTERVAL=120\n'
    expect(load({ dotenv, env: { COLLECTION_INTERVAL: '300' } }).env.COLLECTION_INTERVAL).toBe(300)
    expect(load({ dotenv, env: { COLLECTION_INTERVAL: '' } }).env.COLLECTION_INTERVAL).toBe(120)
  })

  it('an empty variable counts as not set', () => {
    const { env } = load({
      dotenv: "CURSEFORGE_API_KEY=''\nDATABASE_URL=\nCOLLECTION_INTERVAL=\n",
      env: { TEMPORAL_ADDRESS: '', LOG_LEVEL: '' },
    })
    expect(env.CURSEFORGE_API_KEY).toBeUndefined()
    expect(env.DATABASE_URL).toBeUndefined()
    expect(env.TEMPORAL_ADDRESS).toBeUndefined()
    expect(env.COLLECTION_INTERVAL).toBe(86400)
    expect(env.LOG_LEVEL).toBe('info')
  })

  it('resolves folders relative to .env', () => {
    const config = load({ dotenv: 'DATA_DIR=out\nALMANAC_STATE_DIR=/var/lib/almanac\n' })
    expect(config.dataDir).toBe(join(root, 'out'))
    expect(config.stateDir).toBe('/var/lib/almanac')
  })
})

describe('a variable that replaces an address of almanac.yaml', () => {
  it('an address variable overrides the section, even one that is left out', () => {
    const { tracked } = load({
      env: {
        MODRINTH_URL: 'http://127.0.0.1:7400/modrinth',
        BINANCE_URLS: 'http://127.0.0.1:1, http://127.0.0.1:2',
      },
    })
    expect(tracked['mod-stats'].modrinth_url).toBe('http://127.0.0.1:7400/modrinth')
    expect(tracked['crypto-forecast']).toMatchObject({
      enabled: false,
      binance_urls: ['http://127.0.0.1:1', 'http://127.0.0.1:2'],
    })
  })

  it('rejects an address variable by its own name, with its value hidden, if it is no address', () => {
    const message = refusal({ env: { FEAR_GREED_URL: 'ftp://user:hunter2@host' } })
    expect(message).toMatch(/FEAR_GREED_URL: found a hidden value; expected http/)
  })
})

describe('the demo', () => {
  const LIVE = {
    DATABASE_URL: 'postgresql://someone@db.example/almanac',
    TEMPORAL_ADDRESS: 'temporal.example:7233',
    TEMPORAL_API_KEY: 'temporal-secret',
    TEMPORAL_NAMESPACE: 'production',
    CURSEFORGE_API_KEY: KEY,
    CURSEFORGE_URL: 'https://api.example',
    MODRINTH_URL: 'https://modrinth.example',
  }

  it('the demo ignores every address and key of the live stack', () => {
    const { env, tracked } = load({ demo: true, env: LIVE })
    expect(env.DATABASE_URL).toBeUndefined()
    expect(env.TEMPORAL_ADDRESS).toBeUndefined()
    expect(env.TEMPORAL_API_KEY).toBeUndefined()
    const all = JSON.stringify({ env, tracked })
    for (const value of Object.values(LIVE)) expect(all).not.toContain(JSON.stringify(value).slice(1, -1))
  })

  it('the demo contacts the simulator alone', () => {
    const { env, tracked } = load({ demo: true, env: { SIMULATOR_PORT: '17400' } })
    const live = load({}).tracked
    expect(addressesIn(tracked).length).toBeGreaterThan(PIPELINES.length)
    for (const [id, section] of Object.entries(tracked)) {
      const asksNobody = addressesIn(live[id as PipelineId]).length === 0
      expect(addressesIn(section).length === 0, id).toBe(asksNobody)
      for (const url of addressesIn(section)) expect(url, id).toMatch(/^http:\/\/127\.0\.0\.1:17400\//)
    }
    expect(addressesIn(env)).toEqual([])
  })

  it('the demo shares no folder and no port with the live stack', () => {
    const live = load({})
    const demo = load({ demo: true })
    expect(demo.stateDir).not.toBe(live.stateDir)
    expect(demo.dataDir).not.toBe(live.dataDir)
    for (const server of ['postgres', 'temporal', 'temporalUi'] as const)
      expect(demo.ports[server]).not.toBe(live.ports[server])
  })
})
