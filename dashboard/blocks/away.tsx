/** Servers whose part of an answer is missing. */
import { useSharedWords } from '../preferences.tsx'

export interface AwayServer {
  server: 'database' | 'temporal'
  why: string
}

const NAMES = { database: 'PostgreSQL', temporal: 'Temporal' }

export function AwayNotes({ away }: { away: readonly AwayServer[] }) {
  const say = useSharedWords()
  return away.map(({ server, why }) => (
    <p key={server} className="stale" role="status">
      {say('away.note', { server: NAMES[server] })} <span lang="en">{why}</span>
    </p>
  ))
}
