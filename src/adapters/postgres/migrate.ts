import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import type { Log } from '../../lib/redact.ts';

export interface MigrateOptions {
  /** Folder of the SQL files; default: `migrations` beside this file. */
  dir?: string;
  /** How long to wait, in milliseconds, for another replica that is migrating. Default: 120,000. */
  lockTimeoutMs?: number;
}

const SCHEMA = 'lifeboat';
const TABLE = 'migrations';
/** The letters "lifeboat" as a number: the advisory lock under which one replica migrates at a time. */
const LOCK_KEY = '7811887614280032628';
const OLDEST_SERVER = 140_000;
const LOCK_NOT_AVAILABLE = '55P03';
const FILE_NAME = /^(\d{3})-[a-z0-9-]+(\.additive)?\.sql$/;

/**
 * Brings the database to the schema of this build: runs the numbered SQL files that it has not seen, in
 * order, all in one transaction. Replicas that start together queue up.
 *
 * A file is `NNN-name.sql`, or `NNN-name.additive.sql` when builds without it can go on working with its
 * result. A database with unknown migrations that are not additive belongs to a newer build: refused.
 * Throws also for a server older than 14, for a standby, and when the lock is not free in time.
 * @returns the names of the migrations that ran now.
 */
export async function migrate(
  database: pg.Pool | string,
  log: Log,
  options: MigrateOptions = {},
): Promise<string[]> {
  const { dir = fileURLToPath(new URL('./migrations/', import.meta.url)), lockTimeoutMs = 120_000 } = options;
  const files = await listMigrations(dir);
  const client = createClient(database);
  client.on('error', () => {
    // A lost connection also rejects the query under way, which is where it is handled.
  });
  await client.connect();
  try {
    await assertServer(client);
    await lock(client, lockTimeoutMs);
    await ensureSchema(client);
    const pending = choosePending(files, await readApplied(client));
    if (pending.length === 0) return [];
    await run(client, dir, log);
    log.info({ migrations: pending }, 'database migrated');
    return pending;
  } finally {
    // Ending the session also gives the lock back.
    await client.end().catch(() => {
      // The connection was lost before: the server has given the lock back already.
    });
  }
}

/** Throws when a server of this `server_version_num` is too old for Lifeboat. */
export function assertSupportedVersion(versionNumber: number): void {
  if (versionNumber >= OLDEST_SERVER) return;
  throw new Error(
    `The database is PostgreSQL ${Math.floor(versionNumber / 10_000)}; Lifeboat needs 14 or newer. Upgrade it, or point DATABASE_URL at another one.`,
  );
}

function createClient(database: pg.Pool | string): pg.Client {
  const limits = { application_name: 'lifeboat migrate', statement_timeout: 0, query_timeout: 0 };
  if (typeof database === 'string') {
    return new pg.Client({ connectionString: database, connectionTimeoutMillis: 10_000, ...limits });
  }
  // The pool's own time limits are for short queries; and it hides its password from a plain copy.
  return new pg.Client({ ...database.options, password: database.options.password, ...limits });
}

async function assertServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: number; standby: boolean }>(
    `select current_setting('server_version_num')::int as version, pg_is_in_recovery() as standby`,
  );
  assertSupportedVersion(rows[0]?.version ?? 0);
  if (rows[0]?.standby === true) {
    throw new Error('The database is a standby and takes no changes. Point DATABASE_URL at the primary.');
  }
}

async function lock(client: pg.Client, timeoutMs: number): Promise<void> {
  await client.query(
    `select set_config('lock_timeout', $1, false), set_config('statement_timeout', '0', false)`,
    [`${timeoutMs}ms`],
  );
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY]);
  } catch (error) {
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
    throw new Error(
      `Another Lifeboat has been migrating the database for more than ${timeoutMs / 1000} s. If none is, end the session "lifeboat migrate" in pg_stat_activity.`,
      { cause: error },
    );
  }
}

async function ensureSchema(client: pg.Client): Promise<void> {
  // Asked first: "if not exists" alone needs the right to create even where there is nothing to create.
  const { rows } = await client.query<{ missing: boolean }>('select to_regnamespace($1) is null as missing', [
    SCHEMA,
  ]);
  if (rows[0]?.missing === true) await client.query(`create schema ${SCHEMA}`);
}

async function readApplied(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ known: boolean }>('select to_regclass($1) is not null as known', [
    `${SCHEMA}.${TABLE}`,
  ]);
  if (rows[0]?.known !== true) return [];
  const applied = await client.query<{ name: string }>(`select name from ${SCHEMA}.${TABLE} order by id`);
  return applied.rows.map((row) => row.name);
}

/** Names (without `.sql`) of the files, in order of their numbers. */
async function listMigrations(dir: string): Promise<string[]> {
  const names = (await readdir(dir)).filter((name) => !name.startsWith('.')).sort();
  const numbers = new Set<string>();
  for (const name of names) {
    const number = FILE_NAME.exec(name)?.[1];
    if (number === undefined) {
      throw new Error(`${path.join(dir, name)}: a migration is named NNN-name.sql or NNN-name.additive.sql`);
    }
    if (numbers.has(number)) throw new Error(`${path.join(dir, name)}: there are two migrations ${number}`);
    numbers.add(number);
  }
  return names.map((name) => path.basename(name, '.sql'));
}

function choosePending(files: readonly string[], applied: readonly string[]): string[] {
  const unknown = applied.filter((name) => !files.includes(name));
  const breaking = unknown.filter((name) => !name.endsWith('.additive'));
  if (breaking.length > 0) {
    throw new Error(
      `The database was changed by a newer Lifeboat (${breaking.join(', ')}), which this version cannot work with. Start the newer version.`,
    );
  }
  const pending = files.filter((name) => !applied.includes(name));
  if (pending.length > 0 && unknown.length > 0) {
    throw new Error(
      `The database has migrations of another Lifeboat (${unknown.join(', ')}) and lacks some of this one (${pending.join(', ')}). Start the version that has all of them.`,
    );
  }
  const last = applied.at(-1);
  const late = pending.filter((name) => last !== undefined && name < last);
  if (late.length > 0) {
    throw new Error(`Migrations must be added at the end: ${late.join(', ')} would run after ${last}`);
  }
  return pending;
}

async function run(client: pg.Client, dir: string, log: Log): Promise<void> {
  let current = '';
  const loader = (files: string[]) =>
    loadSqlFiles(files, (name) => {
      current = name;
    });
  try {
    await runner({
      dbClient: client,
      dir,
      direction: 'up',
      schema: SCHEMA,
      migrationsSchema: SCHEMA,
      migrationsTable: TABLE,
      checkOrder: true,
      singleTransaction: true,
      // We hold our own lock: the library's fails at once instead of waiting.
      noLock: true,
      // A whole file is one migration; the library's own reader would cut it at comments that look like marks.
      migrationLoaderStrategies: [{ extensions: ['.sql'], loader }],
      logger: {
        info: (text) => log.debug({ text }, 'migration'),
        warn: (text) => log.warn({ text }, 'migration'),
        error: (text) => log.error({ text }, 'migration'),
      },
    });
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Migration ${current} failed, and the database was left as it was: ${problem}`, {
      cause,
    });
  }
}

async function loadSqlFiles(files: string[], onRun: (name: string) => void) {
  return Promise.all(
    files.map(async (file) => {
      const sql = await readFile(file, 'utf8');
      const up = (builder: { sql(text: string): void }): void => {
        onRun(path.basename(file, '.sql'));
        // The line break keeps the semicolon that is added out of a comment at the end.
        builder.sql(`${sql}\n`);
      };
      return { id: file, filePaths: [file], actions: { up, down: false as const } };
    }),
  );
}
