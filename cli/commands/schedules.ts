/** `almanac schedules …`: what `temporal schedule …` does, in the words of pipelines. */
import { ScheduleNotFoundError, type Client } from '@temporalio/client'
import { almanacCommand } from '../../core/command-name.ts'
import type { Config } from '../../config/load-config.ts'
import { readingTemporal, withTemporal } from '../../client/connection.ts'
import { WrongUsage } from '../../core/failures.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { sentence } from '../../wording/sentence.ts'
import { coloured, duration, moment, print, printJson, table } from '../output.ts'
import {
  applySchedules,
  pauseSchedule,
  resumeSchedule,
  scheduleStates,
  triggerSchedule,
} from '../../client/schedules.ts'
import { knownPipeline } from '../known-pipeline.ts'
import { stackName } from '../command-context.ts'

type Options = GlobalOptions & { json?: boolean }

export const list = (options: Options) =>
  readingTemporal(configOf(options), async (client) => {
    const states = (await scheduleStates(client)).map(({ why, ...state }) => ({
      ...state,
      note: sentence(why),
    }))
    if (options.json) {
      printJson(states)
      return
    }
    const rows = states.map(({ id, state, everyMs, next, last, note }) => [
      id,
      coloured(state),
      everyMs === undefined ? '' : `every ${duration(everyMs)}`,
      moment(next),
      moment(last),
      note,
    ])
    print(
      table(['pipeline', 'state', 'when', 'next', 'last', 'note'], rows, {
        below: ['note'],
        spare: ['last'],
      }),
    )
  })

export async function apply(options: Options): Promise<void> {
  const config = configOf(options)
  const applied = await withTemporal(config, (client) => applySchedules(client, config))
  if (options.json) {
    printJson(applied)
    return
  }
  for (const { id, change, paused, kept } of applied) {
    const why = kept === undefined ? '' : `, as an operator left it ("${kept}")`
    print(
      `${stackName(config)}${id} ${change}${change === 'removed' ? '' : `, ${paused ? 'paused' : 'active'}${why}`}`,
    )
  }
}

export const pause = (id: string, options: Options) =>
  act(id, options, 'paused', (client) =>
    pauseSchedule(client, knownPipeline(id), `Paused with "${almanacCommand('schedules pause')}"`),
  )

export const resume = (id: string, options: Options) =>
  act(id, options, 'resumed', async (client, config) => {
    const isOff = await resumeSchedule(client, config, knownPipeline(id))
    return isOff ? STILL_OFF : undefined
  })

const STILL_OFF = 'follows almanac.yaml again, which has it off: set enabled to true there, and start again'

export const trigger = (id: string, options: Options) =>
  act(id, options, 'triggered', (client) => triggerSchedule(client, knownPipeline(id)))

export const remove = (id: string, options: Options) =>
  act(id, options, 'removed', (client) => client.schedule.getHandle(id).delete())

/** Does something with a schedule, and prints `done`, or what `work` returns in its place. */
async function act(
  id: string,
  options: Options,
  done: string,
  work: (client: Client, config: Config) => Promise<unknown>,
): Promise<void> {
  knownPipeline(id)
  const config = configOf(options)
  await withTemporal(config, async (client) => {
    try {
      const found = await work(client, config)
      const said = typeof found === 'string' ? found : done
      if (options.json) printJson({ id, done: said })
      else print(`${stackName(config)}${id} ${said}`)
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error
      throw new WrongUsage(
        `The server has no schedule "${id}"; make it with "${almanacCommand('schedules apply')}".`,
      )
    }
  })
}
