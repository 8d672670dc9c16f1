/** The text of `/metrics`, as Prometheus reads it. */
import { Counter, Gauge, Registry, type Metric } from 'prom-client'
import { DEFINITIONS, type Definition, type MetricKey } from './definitions.ts'
import type { Sample, Samples } from './samples.ts'

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

/** Returns the text; a metric without a series is left out. */
export function metricsText(samples: Samples): Promise<string> {
  const registry = new Registry()
  for (const [key, definition] of Object.entries<Definition>(DEFINITIONS)) {
    const series = samples[key as MetricKey] ?? []
    if (series.length === 0) continue
    if (definition.type === 'histogram') {
      registry.registerMetric(histogramOf(definition, series))
      continue
    }
    const { type, name, help, labels } = definition
    const options = { name, help, labelNames: [...labels], registers: [registry] }
    const metric = type === 'counter' ? new Counter(options) : new Gauge(options)
    for (const one of series) metric.inc(one.labels, one.value)
  }
  return registry.metrics()
}

/** A histogram that was counted elsewhere, which the library's own cannot be: it takes one length at a time. */
function histogramOf({ type, name, help }: Definition, series: readonly Sample[]): Metric {
  const values = series.map(({ of = '', labels, value }) => ({ metricName: `${name}_${of}`, labels, value }))
  // Of a metric the registry asks for no more than this.
  return { name, get: () => Promise.resolve({ name, help, type, values }) } as unknown as Metric
}
