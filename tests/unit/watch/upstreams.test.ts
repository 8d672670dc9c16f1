/** Whose clients are whose: what a client hears and counts is shown under an upstream of some pipeline. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packageRoot } from '../../../system/package-root.ts'
import { WATCH_PARTS } from '../../../watch/parts.ts'

const folder = join(packageRoot, 'upstreams')
const clients = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/^const UPSTREAM = '([^']+)'/gm)])
  .map(([, name = '']) => name)
const asked = Object.values(WATCH_PARTS).flatMap(({ upstreams }) => upstreams.flatMap((one) => one.clients))

it('each client is of one upstream, and each upstream names clients that there are', () => {
  expect(asked.toSorted()).toEqual([...new Set(clients)].toSorted())
})
