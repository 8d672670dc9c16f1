/** A pipeline is a column: every floor has its part, and a missing one is named. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createActivities } from '../../worker/activities.ts'
import type { ActivityDependencies } from '../../worker/pipelines/index.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import { packageRoot } from '../../system/package-root.ts'
import { PARTS } from '../../simulator/index.ts'
import { projectFiles } from '../support/project-files.ts'
import { PING } from '../../client/ping.ts'
import * as workflows from '../../workflows/index.ts'

const text = (file: string) => readFileSync(join(packageRoot, file), 'utf8')
const exists = (file: string) => existsSync(join(packageRoot, file))

function hasSection(file: string, id: string): boolean {
  const content: unknown = parse(text(file))
  return typeof content === 'object' && content !== null && id in content
}

/** Whether its schema exports tables where the writer looks for them (`db/writable-tables.ts`). */
const hasWritableTables = (id: string) =>
  exists(`db/schema/${id}.ts`) && /^export const \w+Tables = /m.test(text(`db/schema/${id}.ts`))

/** The pieces of a pipeline that the house lacks and the compiler does not see, as a person would have to add them. */
function missingPieces(id: string): string[] {
  const pieces: [string, boolean][] = [
    [`workflows/${id}.ts`, exists(`workflows/${id}.ts`)],
    [`activities/${id}/index.ts`, exists(`activities/${id}/index.ts`)],
    [`activities/${id}/replay.ts`, exists(`activities/${id}/replay.ts`)],
    [`db/schema/${id}.ts`, exists(`db/schema/${id}.ts`)],
    ['its line in simulator/by-pipeline.ts', id in PARTS],
    ['its tables in db/schema/index.ts', text('db/schema/index.ts').includes(`'./${id}.ts'`)],
    [`an export of db/schema/${id}.ts whose name ends with Tables`, hasWritableTables(id)],
    [`section ${id} in almanac.example.yaml`, hasSection('almanac.example.yaml', id)],
    [`docs/pipelines/${id}.md`, exists(`docs/pipelines/${id}.md`)],
    [`a row in README.md`, text('README.md').includes(`docs/pipelines/${id}.md`)],
    [`tests/replay/ways/${id}.ts`, exists(`tests/replay/ways/${id}.ts`)],
    [
      `tests/replay/histories/${id}/ (npm run record-histories -- -t ${id})`,
      exists(`tests/replay/histories/${id}`),
    ],
  ]
  return pieces.filter(([, there]) => !there).map(([name]) => name)
}

/** Names of the activities that the recorded runs of a pipeline called. */
function recordedActivities(id: string): string[] {
  const folder = join('tests', 'replay', 'histories', id)
  const histories = readdirSync(join(packageRoot, folder)).map((file) => text(join(folder, file)))
  return histories.flatMap((history) =>
    [...history.matchAll(/"activityType":\s*\{\s*"name":\s*"(\w+)"/g)].map(([, name]) => name ?? ''),
  )
}

describe('the pipelines', () => {
  it.each(PIPELINES)('the pipeline $id has all its parts', ({ id }) => {
    expect(missingPieces(id)).toEqual([])
  })

  it('names every part that a new pipeline lacks', () => {
    expect(missingPieces('tide-tables')).toEqual([
      'workflows/tide-tables.ts',
      'activities/tide-tables/index.ts',
      'activities/tide-tables/replay.ts',
      'db/schema/tide-tables.ts',
      'its line in simulator/by-pipeline.ts',
      'its tables in db/schema/index.ts',
      'an export of db/schema/tide-tables.ts whose name ends with Tables',
      'section tide-tables in almanac.example.yaml',
      'docs/pipelines/tide-tables.md',
      'a row in README.md',
      'tests/replay/ways/tide-tables.ts',
      'tests/replay/histories/tide-tables/ (npm run record-histories -- -t tide-tables)',
    ])
  })

  it('no floor lists a part of what is no pipeline', async () => {
    const lists = projectFiles().filter((file) => file.endsWith('by-pipeline.ts'))
    expect(lists.length).toBeGreaterThan(5)
    const ids: string[] = PIPELINES.map(({ id }) => id)
    for (const file of lists) {
      const listed = Object.keys((await import(join(packageRoot, file))) as object)
      expect({ file, unknown: listed.filter((id) => !ids.includes(id)) }).toEqual({ file, unknown: [] })
    }
  })

  it('each pipeline id and each workflow occurs once, and but for the ping no workflow without a pipeline', () => {
    const ids = PIPELINES.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const named = PIPELINES.flatMap(({ workflow, children = [] }) => [workflow, ...children])
    expect(Object.keys(workflows).sort()).toEqual([...named, PING].sort())
  })

  it('every activity that a recorded run calls exists, and no other', () => {
    // Only the names are read; nothing is called.
    const none = Object.fromEntries(PIPELINES.map(({ id }) => [id, {}])) as ActivityDependencies
    const recorded = new Set(PIPELINES.flatMap(({ id }) => recordedActivities(id)))
    expect([...recorded].sort()).toEqual(Object.keys(createActivities(none)).sort())
  })
})
