/** What `ops/` has for Prometheus and Grafana: it asks for metrics that exist, and the rules fire when they should. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { DEFINITIONS, type Definition } from '../../../api/metrics/definitions.ts'
import { packageRoot } from '../../../system/package-root.ts'
import { hasPromtool } from '../../support/promtool.ts'

/** Two days of rules, minute by minute: seconds on a busy machine. */
const RULES_MS = 60_000

const folder = join(packageRoot, 'ops')
const read = (file: string) => readFileSync(join(folder, file), 'utf8')

const known = new Map(
  Object.values<Definition>(DEFINITIONS).flatMap(({ type, name, labels }) =>
    type === 'histogram'
      ? [
          [`${name}_bucket`, { labels: [...labels, 'le'] }] as const,
          [`${name}_sum`, { labels }] as const,
          [`${name}_count`, { labels }] as const,
        ]
      : [[name, { labels }] as const],
  ),
)

/** Names of our metrics in an expression, and the labels that are asked of each. */
const asked = (expr: string) =>
  [...expr.matchAll(/\b(almanac_\w+)(?:\{([^}]*)\})?/g)].map(([, name = '', labels = '']) => ({
    name,
    labels: [...labels.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label),
  }))

interface Dashboard {
  panels: { id: number; title: string; targets: { expr: string; legendFormat: string }[] }[]
}
interface Rules {
  groups: { rules: { alert: string; expr: string }[] }[]
}
interface RuleTests {
  tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[]
}

const { panels } = JSON.parse(read('grafana-dashboard.json')) as Dashboard
const rules = (parse(read('alert-rules.yml')) as Rules).groups.flatMap((group) => group.rules)

describe('the dashboard', () => {
  it('asks for metrics and labels that /metrics has', () => {
    for (const { title, targets } of panels) {
      for (const { expr, legendFormat } of targets) {
        const found = asked(expr)
        expect([title, found.length > 0]).toEqual([title, true])
        for (const { name, labels } of found) {
          expect([title, [...known.keys()]]).toEqual([title, expect.arrayContaining([name])])
          const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label)
          for (const label of [...labels, ...shown])
            expect([title, known.get(name)?.labels]).toEqual([title, expect.arrayContaining([label])])
        }
      }
    }
  })

  it('has no panel twice', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  })
})

describe('the alert rules', () => {
  it('ask for metrics and labels that /metrics has', () => {
    for (const { alert, expr } of rules)
      for (const { name, labels } of asked(expr)) {
        expect([alert, [...known.keys()]]).toEqual([alert, expect.arrayContaining([name])])
        expect([alert, known.get(name)?.labels]).toEqual([alert, expect.arrayContaining(labels)])
      }
  })

  it('are each shown to fire', () => {
    const { tests } = parse(read('alert-rules.test.yml')) as RuleTests
    const fired = tests
      .flatMap((one) => one.alert_rule_test)
      .filter(({ exp_alerts = [] }) => exp_alerts.length > 0)
      .map(({ alertname }) => alertname)
    expect([...new Set(fired)].toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted())
  })
})

describe.skipIf(!hasPromtool)(
  `promtool${hasPromtool ? '' : ' (skipped: it is not on PATH; Debian has it in the package prometheus)'}`,
  () => {
    it.each([
      ['check', 'config', 'prometheus.yml'],
      ['test', 'rules', 'alert-rules.test.yml'],
    ])(
      '%s %s accepts %s',
      (...args) => {
        const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' })
        expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, ''])
      },
      RULES_MS,
    )
  },
)
