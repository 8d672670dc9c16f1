import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeOwnFile } from '../../../cli/own-file.ts'
import { loadConfig } from '../../../config/load-config.ts'

const SECTIONS = 'mod-stats:\n  # A comment\n  mods:\n    - modrinth: createnuclear\n'
const EXAMPLE = `# The example: do not edit it.\n# It changes.\n${SECTIONS}`

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'almanac-own-'))
  writeFileSync(join(root, 'almanac.example.yaml'), EXAMPLE)
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

const own = () => join(root, 'almanac.yaml')

/** A start in this folder; returns what it says. */
function start(): string[] {
  const said: string[] = []
  makeOwnFile(loadConfig({ root, env: {} }), (line) => said.push(line))
  return said
}

it('the first start makes the file from the example, under its own header, and says so; later ones leave the file alone', () => {
  expect(start()).toEqual([`made       ${own()}: edit it to say what is collected; git ignores it`])
  const made = readFileSync(own(), 'utf8')
  expect(made).toMatch(/^# .* yours to edit/)
  expect(made).not.toContain('do not edit it')
  expect(made.endsWith(`is an error.\n${SECTIONS}`)).toBe(true)
  writeFileSync(own(), EXAMPLE.replace('createnuclear', 'mine'))
  expect(start()).toEqual([])
  expect(readFileSync(own(), 'utf8')).toContain('mine')
})

it('a start where no file can be made says why, and goes on with the example', () => {
  const config = loadConfig({ root, env: {} })
  const to = join(root, 'file', 'almanac.yaml')
  writeFileSync(join(root, 'file'), '')
  const said: string[] = []
  makeOwnFile({ ...config, example: { from: join(root, 'almanac.example.yaml'), to } }, (line) =>
    said.push(line),
  )
  expect(said.join()).toMatch(
    /almanac\.yaml could not be written \(ENOTDIR\).* Until then .*example\.yaml applies\.$/,
  )
})

it('a file that another start has made meanwhile is kept', () => {
  const config = loadConfig({ root, env: {} })
  writeFileSync(own(), 'mine')
  const said: string[] = []
  makeOwnFile(config, (line) => said.push(line))
  expect([said, readFileSync(own(), 'utf8')]).toEqual([[], 'mine'])
})
