/** Taking over what older collectors gathered. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { add, type SetExitCode } from './add-command.ts'

export function addImportCommand(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  add(
    program,
    'import <pipeline> <files...>',
    'take over the history of an older collector: its tables dumped as CSV, its own files, candles from Binance',
    [
      'psql "$OLD_DATABASE" -c "\\copy daily_stats to daily_stats.csv csv header"',
      'npx almanac import mod-stats daily_stats.csv version_stats.csv modpack_stats.csv',
      'npx almanac import mod-stats data/curseforge_modpacks.csv --date 2025-07-31 --mod createnuclear',
      'npx almanac import crypto-forecast crypto_prices.csv fear_greed_index.csv predictions.csv',
      'npx almanac import crypto-forecast bitcoin_features.csv BTCUSDT-1h-2026-01.csv',
      'npx almanac import library-context astronomy-libraries.json astronomy_contexts/ --date 2025-08-12',
      'npx almanac import match-results data/matches.csv matches_table.csv',
    ],
  )
    .option(
      '--mod <slug or id>',
      'mod-stats: the mod that the rows belong to (default: the only one tracked)',
    )
    .option(
      '--date <day>',
      'day of a file that names none: of the downloads in curseforge_modpacks.csv, of a list of library-context',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
A repeated import changes nothing, and a row that was collected on a day outranks an imported one of that day.
CurseForge totals of the old collector cover a mod's first 50 files only; they are kept as they are.
A dump of version_stats names no version ids: import it again after the first run, to join its rows with collected ones.
Old prices of crypto-forecast mix days and moments and stay apart from the hourly grid; hourly candles from
https://data.binance.vision (BTCUSDT-1h-….csv, unpacked) enter it, and the next run computes from them.
library-context takes lists (JSON, or CSV of stars) and context files or folders of them. Ranks follow from the stars; a
context enters only where the quality gate lets it, and never in the place of one that was made here.
match-results takes a matches.csv and dumps of the table matches. The old collector stored live scores as final: a score is
confirmed only where the status says that the match was over, else it is the last one seen. Its odds are those at the end.`,
    )
    .action(async (pipeline: string, files: string[], options) => {
      setExitCode(await (await import('../import.ts')).importFiles(pipeline, files, options))
    })
}
