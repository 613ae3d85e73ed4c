import pg from 'pg';
import type { Log } from '../../lib/redact.ts';

export interface PoolOptions {
  /** `postgres://…`; parameters in the address win over the ones set here. */
  url: string;
  log: Log;
  /** Most connections at a time. Default: 10. */
  max?: number;
  /** Sent when connecting: settings of the sessions, such as `-c synchronous_commit=off`. */
  settings?: string;
}

const CONNECT_MS = 5_000;
const STATEMENT_MS = 10_000;
/** Longer than the server's own limit: it only ends waiting for a server that does not answer at all. */
const ANSWER_MS = 15_000;

/** Makes the pool of connections that the stores share. It connects at the first query, not here. */
export function createPool({ url, log, max = 10, settings }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: 'lifeboat',
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: ANSWER_MS,
    // A replica that stops in the middle of a transaction must not keep an incident locked.
    idle_in_transaction_session_timeout: ANSWER_MS,
    keepAlive: true,
    ...(settings === undefined ? {} : { options: settings }),
  });
  pool.on('error', (err) => log.warn({ err }, 'lost an idle database connection'));
  pool.on('connect', (client) => {
    client.on('error', () => {
      // Without a listener a connection lost in the middle of a transaction would end the process.
      // The query under way, or the next one, is rejected, which is where it is handled.
    });
  });
  return pool;
}
