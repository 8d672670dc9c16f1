/**
 * The roles of the embedded PostgreSQL. The superuser administers; all work is done by a role that owns the database and
 * nothing else, so that whoever has its password has the data, not programs and files of this machine.
 */
import { createHmac } from 'node:crypto'
import { SCRAM_ONLY, withClient } from '../db/database-client.ts'

/** The superuser that initdb makes. */
export const POSTGRES_ADMIN = 'almanac'
/** The role of all work. */
export const POSTGRES_ROLE = 'almanac_work'
export const POSTGRES_DATABASE = 'almanac'

/** `CREATE DATABASE` copies a folder and waits for the disk: took over 5 s on a busy machine. */
const CHANGE_TIMEOUT_MS = 60_000

export interface Login {
  port: number
  role: string
  password: string
  database: string
}

/** The login of all work; its password follows from the superuser's, and not the other way round. */
export function workLogin(port: number, adminPassword: string): Login {
  const password = createHmac('sha256', adminPassword).update(POSTGRES_ROLE).digest('base64url')
  return { port, role: POSTGRES_ROLE, password, database: POSTGRES_DATABASE }
}

/** Connection string with the password: not for logs. */
export function loginUrl({ port, role, password, database }: Login): string {
  return `postgresql://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}?${SCRAM_ONLY}`
}

/** Makes the role and the database if they are missing, and hands over what earlier versions made as the superuser. */
export async function ensureWorkRole(port: number, adminPassword: string): Promise<void> {
  const admin = { port, role: POSTGRES_ADMIN, password: adminPassword, database: 'postgres' }
  const password = workLogin(port, adminPassword).password
  const roles = await query(admin, `SELECT 1 FROM pg_roles WHERE rolname = '${POSTGRES_ROLE}'`)
  const change = roles.length === 0 ? 'CREATE' : 'ALTER'
  await query(admin, `${change} ROLE ${POSTGRES_ROLE} LOGIN NOSUPERUSER PASSWORD '${password}'`)
  const [database] = await query<{ owner: string }>(
    admin,
    `SELECT datdba::regrole::text AS owner FROM pg_database WHERE datname = '${POSTGRES_DATABASE}'`,
  )
  if (database?.owner === POSTGRES_ROLE) return
  if (database === undefined)
    await query(admin, `CREATE DATABASE ${POSTGRES_DATABASE} OWNER ${POSTGRES_ROLE}`)
  else await query({ ...admin, database: POSTGRES_DATABASE }, HAND_OVER)
}

/** In one transaction, the database last: what is cut short is done at the next start. */
const HAND_OVER = `
DO $$
DECLARE change text;
BEGIN
  FOR change IN
    SELECT format('SCHEMA %I', nspname) FROM pg_namespace WHERE nspowner = '${POSTGRES_ADMIN}'::regrole
      AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    UNION ALL
    SELECT format('%s %s', CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
      WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, c.oid::regclass)
      FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
      WHERE relowner = '${POSTGRES_ADMIN}'::regrole AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
      AND nspname !~ '^pg_' AND nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype IN ('a', 'i', 'e'))
    UNION ALL
    SELECT format('ROUTINE %s', p.oid::regprocedure) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
      WHERE proowner = '${POSTGRES_ADMIN}'::regrole AND nspname !~ '^pg_' AND nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
    UNION ALL
    SELECT format('%s %s', CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, t.oid::regtype)
      FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
      WHERE typowner = '${POSTGRES_ADMIN}'::regrole AND typtype IN ('e', 'd', 'r') AND nspname !~ '^pg_'
      AND nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_type'::regclass AND objid = t.oid AND deptype = 'e')
    UNION ALL
    SELECT 'DATABASE ${POSTGRES_DATABASE}'
  LOOP
    EXECUTE format('ALTER %s OWNER TO ${POSTGRES_ROLE}', change);
  END LOOP;
END $$`

/** One statement on a connection of its own. */
export async function query<Row extends object>(
  login: Login,
  sql: string,
  timeoutMs = CHANGE_TIMEOUT_MS,
): Promise<Row[]> {
  const connection = {
    connectionString: loginUrl(login),
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  }
  return (await withClient(connection, (client) => client.query<Row>(sql))).rows
}
