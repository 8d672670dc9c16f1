/** How long ago something was; the moment itself is its title. */
import { useReader } from '../preferences.tsx'
import { useNow } from './now.ts'

/** `3 minutes ago`, or `in 2 hours`. */
export function Age({ at }: { at: string | number }) {
  const { format } = useReader()
  // Data that came since the last tick is not from the future.
  const now = useNow()
  const time = new Date(at).getTime()
  const isFresh = time > now && time - now < 10_000
  return (
    <time dateTime={new Date(time).toISOString()} title={format.moment(time)}>
      {format.age(isFresh ? now : time, now)}
    </time>
  )
}
