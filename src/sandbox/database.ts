import path from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../adapters/postgres/embedded.ts';
import type { Log } from '../lib/redact.ts';

// A sandbox may lose its data with the machine's power, not with any of its processes.
const FLAGS = ['-c', 'fsync=off', '-c', 'full_page_writes=off'];

/** Starts the sandbox's PostgreSQL; unless `keep`, with an empty database. */
export async function startDatabase(options: {
  dir: string;
  keep: boolean;
  log: Log;
}): Promise<EmbeddedPostgres> {
  const { dir, keep, log } = options;
  const server = await startEmbeddedPostgres({
    dir: path.join(dir, 'postgres'),
    log,
    flags: FLAGS,
    initFlags: ['--no-sync'],
  });
  if (keep) return server;
  try {
    await empty(server.url);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Making the database anew takes a tenth of the time a new server takes. */
async function empty(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const other = new URL(url);
  other.pathname = '/postgres';
  const client = new pg.Client({ connectionString: other.href, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const database = pg.escapeIdentifier(name);
    // A bot that was left over may still be connected.
    await client.query(`drop database if exists ${database} with (force)`);
    await client.query(`create database ${database}`);
  } finally {
    await client.end();
  }
}
