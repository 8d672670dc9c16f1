/** Addresses and folders: printed at the start of the stack. */

import type { Config } from '../config/load-config.ts'
import type { Stack } from '../local/stack.ts'
import type { Say } from '../core/log-records.ts'
import { PIPELINES } from '../pipelines/index.ts'
import { CLI_PARTS } from './parts.ts'
import { temporalAddress, webUi } from '../client/connection.ts'

/** Prints addresses and folders: where a user looks further. */
export function reportPlaces(
  config: Config,
  { adopted }: Stack,
  say: Say,
  { hasPage }: { hasPage: boolean },
): void {
  const { env, ports } = config
  if (adopted.length > 0) say(`adopted    ${adopted.join(' and ')}, still running from an earlier start`)
  const database =
    env.DATABASE_URL === undefined ? `127.0.0.1:${ports.postgres} (embedded)` : new URL(env.DATABASE_URL).host
  const embedded = env.TEMPORAL_ADDRESS === undefined ? ' (embedded)' : ''
  const notes =
    config.mode === 'demo'
      ? [`a simulator on 127.0.0.1:${ports.simulator} stands in for every service`]
      : PIPELINES.flatMap(({ id }) =>
          config.tracked[id].enabled ? (CLI_PARTS[id].upstreamNote?.(config) ?? []) : [],
        )
  if (hasPage) say(`page       http://127.0.0.1:${ports.page}`)
  say(`database   ${database}`)
  say(`temporal   ${temporalAddress(config)}${embedded}, Web UI ${webUi(config)}`)
  for (const note of notes) say(`upstreams  ${note}`)
}
