/** The sentences of why a schedule of ours is as it is. */

export type ScheduleReason = 'on' | 'off' | 'not-started'

export const SCHEDULE_NOTES: Readonly<Record<ScheduleReason, string>> = {
  on: 'On in almanac.yaml',
  off: 'Off in almanac.yaml: set enabled to true there, and start again',
  'not-started': 'Not among the pipelines of the last start (--only, or the collector alone)',
}
