/** The import rules of .dependency-cruiser.js refuse what they are there to refuse; `npm run lint` applies them to the code. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../system/package-root.ts'

/** A file of a project, and the rule that its import breaks. */
const REFUSED: [file: string, text: string, rule: string][] = [
  ['core/a.ts', "import '../system/end.ts'", 'core: folder'],
  ['core/node.ts', "import { readFile } from 'node:fs/promises'", 'core: package'],
  ['core/bare-node.ts', "import { readFile } from 'fs/promises'", 'core: package'],
  ['upstreams/a.ts', "import type { End } from '../db/end.ts'", 'upstreams: folder'],
  ['upstreams/pg.ts', "import pg from 'pg'", 'upstreams: package'],
  ['upstreams/log.ts', "const { log } = await import('@temporalio/activity')", 'upstreams: package'],
  ['db/a.ts', "export * from '../upstreams/end.ts'", 'db: folder'],
  ['db/queries/mod-stats/a.ts', "type End = import('../../../activities/end.ts').End", 'db: folder'],
  ['config/a.ts', "import { sql } from 'drizzle-orm/pg-core'", 'config: package'],
  ['activities/a.ts', "import { end } from '../pipelines/end.ts'", 'activities: types only'],
  ['activities/client.ts', "export { Client } from '@temporalio/client'", 'activities: package'],
  ['workflows/a.ts', "import { type End, end } from '../activities/end.ts'", 'workflows: types only'],
  ['workflows/node.ts', "import { randomUUID } from 'node:crypto'", 'workflows: package'],
  ['workflows/zod.ts', "import * as z from 'zod'", 'workflows: package'],
  ['client/a.ts', "const { end } = await import('../worker/end.ts')", 'client: folder'],
  ['worker/a.ts', "import '../cli/end.ts'", 'worker: folder'],
  ['worker/workflow.ts', "import { sleep } from '@temporalio/workflow'", 'worker: package'],
  ['simulator/a.ts', "import { end } from '../upstreams/end.ts'", 'simulator: folder'],
  ['cli/a.ts', "import { end } from '../bench/end.ts'", 'cli: folder'],
  ['cli/tests.ts', "import { end } from '../tests/end.ts'", 'cli: folder'],
  ['dashboard/a.tsx', "import { end } from '../api/end.ts'", 'dashboard: types only'],
  ['dashboard/words.ts', "import type { End } from '../core/end.ts'", 'dashboard: folder'],
  ['dashboard/node.ts', "import { join } from 'node:path'", 'dashboard: package'],
  ['api/a.ts', "import type { End } from '../dashboard/end.ts'", 'api: folder'],
  ['bench/a.ts', "import { end } from '../tests/end.ts'", 'bench: folder'],
  ['elsewhere/a.ts', "import { end } from '../core/end.ts'", 'folder without a line'],
  ['core/b.ts', "import '../elsewhere/end.ts'", 'core: folder'],
  ['db/a-circle.ts', "import type { End } from './circle-end.ts'", 'circle'],
  ['db/utils.ts', "import './end.ts'", 'nameless file'],
  ['db/name-helpers.ts', "import './end.ts'", 'nameless file'],
  ['db/common/a.ts', "import '../end.ts'", 'nameless file'],
  ['db/b.ts', "import './types.ts'", 'nameless file'],
]

const ALLOWED: [file: string, text: string][] = [
  ['system/good.ts', "import { end } from '../core/end.ts'; import { join } from 'node:path'"],
  [
    'activities/good.ts',
    "import type { End } from '../pipelines/end.ts'; import { sleep } from '@temporalio/activity'",
  ],
  [
    'workflows/good.ts',
    "import type { End } from '../activities/end.ts'; import { end } from '../core/end.ts'",
  ],
  ['db/good.ts', "import pg from 'pg'; import { sql } from 'drizzle-orm'; import * as z from 'zod'"],
  ['dashboard/good.tsx', "import type { End } from '../api/end.ts'; import { useState } from 'react'"],
  ['bench/good.ts', "import { end } from '../workflows/end.ts'; import { Worker } from '@temporalio/worker'"],
]

/** What these files import. */
const IMPORTED = [
  ...[
    'core',
    'system',
    'upstreams',
    'db',
    'pipelines',
    'config',
    'activities',
    'workflows',
    'worker',
    'api',
    'dashboard',
    'cli',
    'bench',
    'tests',
  ].map((folder) => [`${folder}/end.ts`, 'export const end = 1; export type End = number'] as const),
  ['elsewhere/end.ts', 'export const end = 1'],
  ['db/types.ts', 'export const end = 1'],
  ['db/circle-end.ts', "export type End = import('./a-circle.ts').End"],
] as const

const project = mkdtempSync(join(tmpdir(), 'almanac-imports-'))
let violations: { file: string; rule: string }[]

beforeAll(async () => {
  for (const [file, text] of [...REFUSED, ...ALLOWED, ...IMPORTED]) {
    mkdirSync(dirname(join(project, file)), { recursive: true })
    writeFileSync(join(project, file), text)
  }
  const { options, forbidden } = await extractDepcruiseConfig(join(packageRoot, '.dependency-cruiser.js'))
  const { output } = await cruise(['.'], {
    ...options,
    baseDir: project,
    validate: true,
    ruleSet: { forbidden: forbidden ?? [] },
  })
  violations = (output as ICruiseResult).summary.violations.map(({ from, rule }) => ({
    file: from,
    rule: rule.name,
  }))
})

afterAll(() => {
  rmSync(project, { recursive: true })
})

describe('the import rules', () => {
  it.each(REFUSED)('the import rules refuse %s: %s', (file, _text, rule) => {
    const broken = violations.filter((one) => one.file === file).map((one) => one.rule)
    expect([...new Set(broken)]).toEqual([rule])
  })

  it.each(ALLOWED)('the import rules allow %s: %s', (file) => {
    expect(violations.filter((one) => one.file === file)).toEqual([])
  })
})
