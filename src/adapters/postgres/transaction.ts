import pg from 'pg';
import { toInstant } from '../../core/shared/time.ts';
import { commitFault, statementFault } from './faults.ts';
import { prepared } from './prepared.ts';

/** Runs one statement. Throws an UpstreamError. */
export type Query = <R extends pg.QueryResultRow>(
  text: string,
  values?: unknown[],
) => Promise<{ rows: R[]; rowCount: number | null }>;

export interface Transaction {
  query: Query;
  /** The database's clock at the beginning, to the millisecond. */
  startedAt: string;
}

/** The database's clock as the wall shows it, also in the middle of a transaction. */
export const CLOCK = `date_trunc('milliseconds', clock_timestamp())`;

/** A query on any connection of the pool, each in its own transaction. */
export function queryOf(pool: pg.Pool): Query {
  return async (text, values) => {
    try {
      return await pool.query(prepared(text, values));
    } catch (error) {
      throw statementFault(error);
    }
  };
}

/**
 * Runs `work` in one transaction: all of it is written, or nothing. Throws what `work` throws, or an
 * UpstreamError: `commit_unknown` with retry `after_check` when the connection was lost during the commit.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (transaction: Transaction) => Promise<T>,
  mode: '' | 'isolation level repeatable read read only' = '',
): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw statementFault(error);
  });
  // A connection in an unknown state is closed instead of handed to the next one.
  let usable = true;
  let open = true;
  const query: Query = async (text, values) => {
    if (!open) throw new Error('This transaction has ended');
    try {
      return await client.query(prepared(text, values));
    } catch (error) {
      if (!isAnswer(error)) usable = false;
      throw statementFault(error);
    }
  };
  try {
    const startedAt = await begin(client, mode);
    const result = await work({ query, startedAt });
    open = false;
    await commit(client);
    return result;
  } catch (error) {
    open = false;
    usable &&= await rollback(client);
    throw error;
  } finally {
    client.release(!usable);
  }
}

async function begin(client: pg.PoolClient, mode: string): Promise<string> {
  try {
    // Two statements in one message; then the driver answers with a list.
    const results = (await client.query(
      `begin ${mode}; select ${CLOCK} as now`,
    )) as unknown as pg.QueryResult[];
    return toInstant(results[1]?.rows[0].now);
  } catch (error) {
    throw statementFault(error);
  }
}

async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('commit').catch((error: unknown) => {
    throw commitFault(error);
  });
  // The server answers so, without an error, when a statement failed and somebody went on.
  if (command !== 'COMMIT')
    throw new Error('The transaction was rolled back: a failed statement was ignored');
}

/** Whether the server said so itself; else the connection is lost, or the answer may still come. */
function isAnswer(error: unknown): boolean {
  return error instanceof pg.DatabaseError;
}

/** Whether the connection can be used again. */
async function rollback(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('rollback');
    return true;
  } catch {
    // Nothing to undo on a lost connection; the error that led here is the one that counts.
    return false;
  }
}
