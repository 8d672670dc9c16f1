/** The server that Almanac runs itself, as remedies name it where it is the database of a process. */

let log: string | undefined

/** Makes remedies those of the embedded server with this log; undefined: of a server of the user's own, as is the default. */
export function nameDatabaseOf(embeddedLog: string | undefined): void {
  log = embeddedLog
}

/** The log of the embedded server, if that is the database of this process. */
export const embeddedLog = (): string | undefined => log
