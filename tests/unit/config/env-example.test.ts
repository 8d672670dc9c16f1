/** `.env.example` and `config.ts` list the same variables, with the same defaults and meanings. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseDotenv } from 'dotenv'
import { describe, expect, it } from 'vitest'
import { COMPOSE_VARIABLES, environmentSchema } from '../../../config/environment.ts'
import { packageRoot } from '../../../system/package-root.ts'

const read = (name: string) => readFileSync(join(packageRoot, name), 'utf8')

/** Variables with the comment lines right above them. */
const listed = new Map(
  read('.env.example')
    .split(/\n\n+/)
    .flatMap((block) => {
      const found = /^#([A-Z_]+=.*)$/m.exec(block)?.[1]
      if (found === undefined) return []
      const [[name, value] = ['', '']] = Object.entries(parseDotenv(found))
      const meaning = [...block.matchAll(/^# (.*)$/gm)].map((line) => line[1]).join(' ')
      return [[name, { value, meaning }]]
    }),
)

const defaults: Record<string, string | number | string[] | undefined> = environmentSchema.parse({})
const names = Object.keys(environmentSchema.shape)

describe('.env.example', () => {
  it('.env.example lists exactly the variables that are read', () => {
    expect([...listed.keys()].sort()).toEqual([...names, ...COMPOSE_VARIABLES].sort())
  })

  it.each(names)('.env.example lists %s with its default and its meaning', (name) => {
    const described = environmentSchema.shape[name as keyof typeof environmentSchema.shape].description
    expect(listed.get(name)?.value).toBe(String(defaults[name] ?? ''))
    expect(described).toMatch(/\S/)
    expect(listed.get(name)?.meaning).toContain(described)
  })

  it.each(COMPOSE_VARIABLES)('.env.example lists %s as docker-compose.yml has it', (name) => {
    const { value, meaning } = listed.get(name) ?? { value: undefined, meaning: '' }
    const uses = [...read('docker-compose.yml').matchAll(new RegExp(`\\$\\{${name}:(.)([^}]*)\\}`, 'g'))]
    expect(meaning).toMatch(/\S/)
    expect(uses.length).toBeGreaterThan(0)
    for (const [, kind, after] of uses) expect(kind === '?' ? '' : after?.replace('-', '')).toBe(value)
  })

  it('.env.example sets nothing when it is copied unchanged', () => {
    expect(parseDotenv(read('.env.example'))).toEqual({})
  })
})
