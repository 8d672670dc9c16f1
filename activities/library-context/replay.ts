/** How stored responses of library-context are read again: the catalogue of a night; what GitHub says is not stored. */
import { almanacCommand } from '../../core/command-name.ts'
import type { Sections } from '../../pipelines/index.ts'
import { parseCatalogue } from '../../upstreams/ascl.ts'
import { reason } from '../../wording/reason.ts'
import type { Replay, ReplayedSource } from '../replay.ts'
import { acceptedRows, namedByAscl } from './catalogue.ts'
import { domainsOf, sourceOf } from './domains.ts'

type Settings = Sections['library-context']

/** The names of a night, for the domains that almanac.yaml lists now. */
const ascl: ReplayedSource<Settings> = {
  read: async ({ db, settings, retryBudget }, payloads, { startedAt }) => {
    const [payload] = payloads
    if (payload === undefined || startedAt === undefined) return reason('replay-night-unknown')
    const { entries, rejected } = await parseCatalogue(payload.body)
    const domains = domainsOf(settings).filter(({ source }) => sourceOf(source) === 'ascl')
    const answer = { named: namedByAscl(entries, domains) }
    const seen = { answer, startedAt, isForced: false }
    const { rows, anomalies } = await acceptedRows({ db, retryBudget }, domains, seen)
    if (rows.length === 0 && anomalies[0] !== undefined) return anomalies[0]
    const came = Object.values(JSON.parse(payload.body) as Record<string, unknown>)
    return { rows: { library_catalogue: rows }, rejected, came }
  },
}

export const replay: Replay<Settings> = {
  ascl,
  github: reason('replay-not-kept', { command: almanacCommand('run library-context') }),
}
