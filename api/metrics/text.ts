/** The text of `/metrics`, as Prometheus reads it. */
import { Counter, Gauge, Registry } from 'prom-client'
import { DEFINITIONS, type MetricKey } from './definitions.ts'
import type { Samples } from './samples.ts'

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

/** Returns the text; a metric without a series is left out. */
export function metricsText(samples: Samples): Promise<string> {
  const registry = new Registry()
  for (const [key, { type, name, help, labels }] of Object.entries(DEFINITIONS)) {
    const series = samples[key as MetricKey] ?? []
    if (series.length === 0) continue
    const options = { name, help, labelNames: [...labels], registers: [registry] }
    const metric = type === 'counter' ? new Counter(options) : new Gauge(options)
    for (const one of series) metric.inc(one.labels, one.value)
  }
  return registry.metrics()
}
