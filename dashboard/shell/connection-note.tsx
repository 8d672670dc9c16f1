/** Admits that the server does not answer. */
import { useLostSince } from '../connection.ts'
import { useReader, useSharedWords } from '../preferences.tsx'

export function ConnectionNote() {
  const say = useSharedWords()
  const { format } = useReader()
  const since = useLostSince()
  return (
    <div role="status">
      {since !== undefined && <p className="lost">{say('shell.lost', { since: format.moment(since) })}</p>}
    </div>
  )
}
