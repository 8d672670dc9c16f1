/**
 * A worker in a separate process, to be killed: `node --import tsx tests/support/crypto-forecast/worker-on-clock.ts
 * MOMENT`. Its activities and clients believe that it is that moment; the rest of its configuration comes from the
 * environment.
 */
import { join } from 'node:path'
import { loadConfig } from '../../../config/load-config.ts'
import { packageRoot } from '../../../system/package-root.ts'
import { createBinance } from '../../../upstreams/binance/binance.ts'
import { openLog } from '../../../worker/log.ts'
import { dependenciesOf } from '../../../worker/dependencies.ts'
import { startWorker } from '../../../worker/start-worker.ts'
import { replaced } from '../stack.ts'

const moment = process.argv[2] ?? ''
const clock = () => new Date(moment)
const config = {
  ...loadConfig({ env: process.env, root: packageRoot }),
  toolsDir: join(packageRoot, '.almanac', 'tools'),
}
const binance = createBinance({
  hosts: config.tracked['crypto-forecast'].binance_urls,
  userAgent: 'almanac-test',
  clock,
})
const log = openLog('error', join(config.stateDir, 'worker-on-clock.log'))
const worker = await startWorker(config, log, replaced(dependenciesOf(config), { binance, clock }))
console.log('polling')
await worker.ended
