/**
 * What an import reports about contexts: of each folder what became of its files, of each list what became of its
 * flags. Pure.
 */
import { counted, truncateList } from '../../../wording/text.ts'
import { refuse, skip, type FileReport } from '../../import/file-report.ts'
import type { Claims, GivenContext } from './context-claims.ts'
import type { FileOutcome } from './store-contexts.ts'
import type { StoredList } from './store-lists.ts'

/** Maximum number of libraries that a note names. Default. */
const NAMED = 5

const GATE = 'rejected by the quality gate'
const SKIPPED = {
  'not needed': 'another file of its library was taken',
  stranger: 'fits no library that a list flags as having a context',
}

/** Fills the report of one folder; `line` of a problem is the file's position in it, from 1. */
export function reportFolder(
  report: FileReport,
  files: readonly GivenContext[],
  { outcomes, claims }: { outcomes: ReadonlyMap<GivenContext, FileOutcome>; claims: Claims },
): void {
  report.read = files.length
  files.forEach((file, index) => {
    const outcome = outcomes.get(file) ?? 'stranger'
    if (outcome === 'written') report.written++
    else if (outcome === 'stands' || outcome === 'outranked') report.unchanged++
    else if (typeof outcome !== 'string') refuse(report, index + 1, GATE, `${file.file}: ${outcome.refused}`)
    else if (outcome === 'shared') {
      const libraries = (claims.shared.get(file) ?? []).join(', ')
      refuse(
        report,
        index + 1,
        'fits several libraries and is assigned to none',
        `${file.file}: ${libraries}`,
      )
    } else skip(report, SKIPPED[outcome])
  })
  const outranked = files.filter((file) => outcomes.get(file) === 'outranked').length
  if (outranked > 0)
    report.notes.push(
      `${counted(outranked, 'library', 'libraries')} ${outranked === 1 ? 'has' : 'have'} a context that was made here and stays`,
    )
  if (report.written > 0)
    report.notes.push(
      'the next night writes their files; later nights remake each context from its repository',
    )
}

/** Adds to a list's report what became of its contexts. */
export function noteFlags(
  { report, flagged }: StoredList,
  { outcomes, claims }: { outcomes: ReadonlyMap<GivenContext, FileOutcome>; claims: Claims },
  isVerbose: boolean,
): void {
  if (flagged.length === 0) return
  const shared = [...claims.shared].flatMap(([file, libraries]) =>
    libraries.map((library) => ({ file, library })),
  )
  const carried: string[] = []
  const refused: string[] = []
  const unclear: string[] = []
  const without: string[] = []
  for (const { library, name } of flagged) {
    const own = (claims.filesOf.get(library) ?? []).map((file) => outcomes.get(file))
    const isShared = shared.some((one) => one.library === library)
    if (own.some((outcome) => typeof outcome === 'string')) carried.push(name)
    else if (own.length > 0) refused.push(name)
    else if (isShared) unclear.push(name)
    else without.push(name)
  }
  const named = (names: string[]) => `${names.length} (${truncateList(names, isVerbose ? Infinity : NAMED)})`
  report.notes.push(`context flags: ${flagged.length}, of which ${carried.length} have their context`)
  if (refused.length > 0) report.notes.push(`flag with a rejected file: ${named(refused)}`)
  if (unclear.length > 0)
    report.notes.push(`flag with a file that also fits another library: ${named(unclear)}`)
  if (without.length > 0) report.notes.push(`flag without a file: ${named(without)}`)
}
