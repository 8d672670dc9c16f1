/**
 * A worker in a separate process whose match-results live at the moment stated in a file: `node --import tsx
 * bench/match-results/match-worker.ts FILE`. The rest of its configuration comes from the environment.
 */
import { readFileSync } from 'node:fs'
import { keepHeapSmall } from '../../bin/heap.mjs'
import { loadConfig } from '../../config/load-config.ts'
import { packageRoot } from '../../system/package-root.ts'
import { installRuntime, openLog } from '../../worker/log.ts'
import { dependenciesOf } from '../../worker/dependencies.ts'
import { startWorker } from '../../worker/start-worker.ts'

// As `almanac worker` does.
keepHeapSmall()

const file = process.argv[2] ?? ''
const matchClock = () => new Date(Number(readFileSync(file, 'utf8')))
const config = loadConfig({ env: process.env, root: packageRoot })
const log = openLog('error', `${file}.log`)
installRuntime(log)
const worker = await startWorker(config, log, dependenciesOf(config, { 'match-results': matchClock }))
process.once('SIGTERM', () => void worker.stop())
console.log('worker is polling')
await worker.ended
process.exit()
