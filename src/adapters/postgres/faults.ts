import pg from 'pg';
import { type Retry, UpstreamError } from '../../core/shared/upstream-error.ts';

interface Fault {
  code: string;
  retry: Retry;
}

/** By SQLSTATE, or by its first two characters. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const FAULTS: Record<string, Fault> = {
  '08': { code: 'connection_lost', retry: 'safe' },
  '22': { code: 'bad_value', retry: 'never' },
  '23': { code: 'conflict', retry: 'never' },
  '25006': { code: 'read_only', retry: 'safe' },
  '25P03': { code: 'timed_out', retry: 'safe' },
  '28': { code: 'access_denied', retry: 'never' },
  '3D': { code: 'access_denied', retry: 'never' },
  '40001': { code: 'serialization_failure', retry: 'safe' },
  '40P01': { code: 'deadlock', retry: 'safe' },
  '42': { code: 'bad_statement', retry: 'never' },
  '42501': { code: 'access_denied', retry: 'never' },
  '53': { code: 'out_of_resources', retry: 'safe' },
  '55P03': { code: 'timed_out', retry: 'safe' },
  '57014': { code: 'timed_out', retry: 'safe' },
  '57P': { code: 'unavailable', retry: 'safe' },
};

/** Another writer appended to the same incident first. Nothing was written; load and decide again. */
export class ConcurrencyError extends UpstreamError {
  constructor(incidentId: string) {
    super('postgres', 'concurrent_change', { retry: 'safe', detail: incidentId });
    this.name = 'ConcurrencyError';
  }
}

/** The error for a statement that failed. What it belonged to was rolled back, or is harmless to repeat. */
export function statementFault(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (!(error instanceof pg.DatabaseError)) return connectionFault(error);
  const state = error.code ?? '';
  const { code, retry } = FAULTS[state] ??
    FAULTS[state.slice(0, 3)] ??
    FAULTS[state.slice(0, 2)] ?? { code: 'failed', retry: 'safe' };
  return new UpstreamError('postgres', code, { retry, detail: state, cause: error });
}

/** The error for a commit that failed: without a clear answer it may have happened. */
export function commitFault(error: unknown): UpstreamError {
  const refused = error instanceof pg.DatabaseError && error.severity === 'ERROR';
  if (refused) return statementFault(error);
  return new UpstreamError('postgres', 'commit_unknown', { retry: 'after_check', cause: error });
}

function connectionFault(error: unknown): UpstreamError {
  const reason = (error as { code?: unknown }).code;
  const code = reason === 'ECONNREFUSED' || reason === 'ENOTFOUND' ? 'unavailable' : 'connection_lost';
  return new UpstreamError('postgres', code, { retry: 'safe', cause: error });
}
