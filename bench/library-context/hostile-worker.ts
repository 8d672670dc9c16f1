/**
 * A worker in a separate process that measures how long its event loop is held: `node --import tsx
 * bench/library-context/hostile-worker.ts FILE`. On SIGUSR2 it writes the longest time so far, in milliseconds, to the
 * file, and begins anew. Its configuration comes from the environment.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { keepHeapSmall } from '../../bin/heap.mjs'
import { loadConfig } from '../../config/load-config.ts'
import { packageRoot } from '../../system/package-root.ts'
import { writeFileAtomically } from '../../system/atomic-file.ts'
import { installRuntime, openLog } from '../../worker/log.ts'
import { dependenciesOf } from '../../worker/dependencies.ts'
import { startWorker } from '../../worker/start-worker.ts'

const NANOSECONDS_PER_MS = 1e6

// As `almanac worker` does.
keepHeapSmall()

const file = process.argv[2] ?? ''
const config = loadConfig({ env: process.env, root: packageRoot })
const log = openLog('error', `${file}.log`)
installRuntime(log)
const worker = await startWorker(config, log, dependenciesOf(config))
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
process.on('SIGUSR2', () => {
  const longest = delay.max / NANOSECONDS_PER_MS
  writeFileAtomically(file, String(longest))
  delay.reset()
})
process.once('SIGTERM', () => void worker.stop())
console.log('worker is polling')
await worker.ended
process.exit()
