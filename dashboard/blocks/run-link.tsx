/** A link to a run, by the beginning of its id. */
import { Link } from '@tanstack/react-router'

/** As many characters as "almanac show" needs to find it. */
const SHOWN_CHARACTERS = 8

export const RunLink = ({ id }: { id: string }) => (
  <Link to={`/runs/${encodeURIComponent(id)}`} title={id}>
    <code>{id.slice(0, SHOWN_CHARACTERS)}</code>
  </Link>
)
