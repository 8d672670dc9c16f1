/** How long ago something was; the moment itself is its title. */
import { useReader, useSharedWords } from '../preferences.tsx'
import { useNow } from './now.ts'

/** Younger than this is "just now": the clock of the page ticks every few seconds. */
const JUST_NOW_MS = 10_000

/** `3 minutes ago`, or `in 2 hours`. */
export function Age({ at }: { at: string | number }) {
  const { format } = useReader()
  const say = useSharedWords()
  const now = useNow()
  const time = new Date(at).getTime()
  return (
    <time dateTime={new Date(time).toISOString()} title={format.moment(time)}>
      {Math.abs(time - now) < JUST_NOW_MS ? say('age.now') : format.age(time, now)}
    </time>
  )
}
