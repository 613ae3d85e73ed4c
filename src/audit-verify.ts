import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type AuditFault, verifyAudit } from './adapters/postgres/audit.ts';
import { createPool } from './adapters/postgres/connection.ts';
import { startEmbeddedPostgres } from './adapters/postgres/embedded.ts';
import { createLogger } from './lib/redact.ts';
import { createSecretRegistry } from './lib/secret-forms.ts';

const EXIT_DAMAGED = 1;
const EXIT_NOT_CHECKED = 2;

const WORDS: Record<AuditFault['problem'], (seq: number) => string> = {
  changed: (seq) => `record ${seq} was changed after it was written.`,
  missing: (seq) => `record ${seq} is missing.`,
  reordered: (seq) => `record ${seq} is not in its place.`,
  duplicated: (seq) => `record ${seq} is there twice.`,
  incident_missing: () => 'there are records, but the incident itself was removed.',
};

/** Checks the record of all incidents and says in words what it found. The result is the exit code. */
async function main(): Promise<number> {
  const log = createLogger({ level: 'error', secrets: createSecretRegistry([]) });
  const given = databaseUrl();
  const home = path.resolve(process.env.LIFEBOAT_HOME || '.lifeboat', 'postgres');
  if (given === undefined && !existsSync(path.join(home, 'data'))) {
    throw new Error(`DATABASE_URL is not set, and there is no database in ${home}`);
  }
  const embedded = given === undefined ? await startEmbeddedPostgres({ dir: home, log }) : undefined;
  const pool = createPool({ url: given ?? embedded?.url ?? '', log, max: 1 });
  try {
    const { chains, records, faults } = await verifyAudit(pool);
    for (const { incidentId, firstBadSeq, problem } of faults) {
      process.stdout.write(`${incidentId}: ${WORDS[problem](firstBadSeq)}\n`);
    }
    process.stdout.write(`Checked ${count(records, 'record')} of ${count(chains, 'incident')}. `);
    const summary =
      faults.length === 0
        ? 'Every record is as it was written.'
        : `The record of ${count(faults.length, 'incident')} is damaged; of each, the first bad record is named above.`;
    process.stdout.write(`${summary}\n`);
    return faults.length === 0 ? 0 : EXIT_DAMAGED;
  } finally {
    await pool.end();
    await embedded?.stop();
  }
}

function databaseUrl(): string | undefined {
  const { DATABASE_URL, DATABASE_URL_FILE } = process.env;
  if (DATABASE_URL) return DATABASE_URL;
  return DATABASE_URL_FILE ? readFileSync(DATABASE_URL_FILE, 'utf8').trim() : undefined;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** What went wrong, with the causes below it. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`The record could not be checked: ${explain(error)}\n`);
    process.exitCode = EXIT_NOT_CHECKED;
  },
);
