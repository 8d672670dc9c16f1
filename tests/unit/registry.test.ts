/** A pipeline is a column: every floor has its piece, and what is missing is named. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type ActivityDependencies } from '../../activities/dependencies.ts'
import { createActivities } from '../../activities/index.ts'
import { packageRoot } from '../../system/package-root.ts'
import { PIPELINES } from '../../registry.ts'
import { almanacFileSchema } from '../../config/almanac-file.ts'
import * as workflows from '../../workflows/index.ts'

const text = (file: string) => readFileSync(join(packageRoot, file), 'utf8')

function hasSection(file: string, id: string): boolean {
  const content: unknown = parse(text(file))
  return typeof content === 'object' && content !== null && id in content
}

/** The pieces of a pipeline that the house lacks, as a person would have to add them. */
function missingPieces({ id, workflow }: { id: string; workflow: string }): string[] {
  const pieces: [string, boolean][] = [
    [`workflows/${id}.ts`, existsSync(join(packageRoot, 'workflows', `${id}.ts`))],
    [`export ${workflow} in workflows/index.ts`, workflow in workflows],
    [`activities/${id}/`, existsSync(join(packageRoot, 'activities', id, 'index.ts'))],
    [`db/schema/${id}.ts`, existsSync(join(packageRoot, 'db', 'schema', `${id}.ts`))],
    [`its tables in db/schema/index.ts`, text('db/schema/index.ts').includes(`'./${id}.ts'`)],
    [`section ${id} in almanac.yaml`, hasSection('almanac.yaml', id)],
    [`section ${id} in simulator/almanac.demo.yaml`, hasSection('simulator/almanac.demo.yaml', id)],
    [`section ${id} in tracked.ts`, id in almanacFileSchema.shape],
    [`docs/pipelines/${id}.md`, existsSync(join(packageRoot, 'docs', 'pipelines', `${id}.md`))],
    [`a word about ${id} in README.md`, text('README.md').includes(id)],
    [`tests/replay/histories/${id}/`, existsSync(join(packageRoot, 'tests', 'replay', 'histories', id))],
  ]
  return pieces.filter(([, there]) => !there).map(([name]) => name)
}

/** Names of the steps that the recorded runs of a pipeline asked for. */
function recordedSteps(id: string): string[] {
  const folder = join('tests', 'replay', 'histories', id)
  const histories = readdirSync(join(packageRoot, folder)).map((file) => text(join(folder, file)))
  return histories.flatMap((history) =>
    [...history.matchAll(/"activityType":\s*\{\s*"name":\s*"(\w+)"/g)].map(([, name]) => name ?? ''),
  )
}

describe('the registry', () => {
  it.each(PIPELINES.map((pipeline) => [pipeline.id, pipeline] as const))(
    'has every piece of %s',
    (_, pipeline) => {
      expect(missingPieces(pipeline)).toEqual([])
    },
  )

  it('names every piece that a new pipeline lacks', () => {
    expect(missingPieces({ id: 'tide-tables', workflow: 'tideTablesWorkflow' })).toEqual([
      'workflows/tide-tables.ts',
      'export tideTablesWorkflow in workflows/index.ts',
      'activities/tide-tables/',
      'db/schema/tide-tables.ts',
      'its tables in db/schema/index.ts',
      'section tide-tables in almanac.yaml',
      'section tide-tables in simulator/almanac.demo.yaml',
      'section tide-tables in tracked.ts',
      'docs/pipelines/tide-tables.md',
      'a word about tide-tables in README.md',
      'tests/replay/histories/tide-tables/',
    ])
  })

  it('has each id and each workflow once, and no workflow or section that is nobody’s', () => {
    const ids = PIPELINES.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const named = PIPELINES.flatMap(({ workflow, children = [] }) => [workflow, ...children])
    expect(Object.keys(workflows).sort()).toEqual(named.sort())
    expect(Object.keys(almanacFileSchema.shape).sort()).toEqual([...ids].sort())
  })

  it.each(PIPELINES)(
    'lets a run of $id ask nobody where it derives, and says so nowhere else',
    (pipeline) => {
      expect(pipeline.params.safeParse({ derive: true }).success).toBe(pipeline.derives === true)
    },
  )

  it('has an activity for every step that a run asks for, and no other', () => {
    // Only the names are read; nothing is called.
    const activities = Object.keys(createActivities({} as ActivityDependencies)).sort()
    const steps = new Set(PIPELINES.flatMap(({ id }) => recordedSteps(id)))
    expect([...steps].sort()).toEqual(activities)
  })
})
