/** A link to the life of a match, by the names of its teams. */
import { ViewLink } from '../../blocks/view-link.tsx'

export function MatchLink({ event, feed, teams }: { event: number; feed: string; teams: string }) {
  return <ViewLink change={{ event: String(event), feed }}>{teams}</ViewLink>
}
