/**
 * Loaded by `--import` before anything else: this process reads a clock that is as many milliseconds ahead as the file
 * says that is named in this module's address. Programs that are not Node keep the machine's clock, the servers among
 * them; timers do so too.
 */
import { readFileSync } from 'node:fs'

const READ_EVERY_MS = 100

const file = new URL(import.meta.url).searchParams.get('file') ?? ''
const MachineDate = Date
let aheadMs = 0

const read = () => {
  aheadMs = Number(readFileSync(file, 'utf8'))
}
read()
setInterval(read, READ_EVERY_MS).unref()

const now = () => MachineDate.now() + aheadMs

globalThis.Date = new Proxy(MachineDate, {
  apply: () => new MachineDate(now()).toString(),
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, property) => (property === 'now' ? now : Reflect.get(target, property)),
})
MachineDate.prototype.constructor = globalThis.Date
