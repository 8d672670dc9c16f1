/** Runs one benchmark and sends its figures to the process that started this one. */
import { BENCHMARKS } from './index.ts'

const [name = ''] = process.argv.slice(2)
const run = await BENCHMARKS[name]?.()
process.send?.((await run?.()) ?? [])
