import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { verifyAudit } from '../../src/adapters/postgres/audit.ts';
import type { Jobs } from '../../src/adapters/postgres/jobs.ts';
import { createIncidentStore } from '../../src/adapters/postgres/store.ts';
import { protectedContent } from '../../src/app/chain.ts';
import type { IncidentStore } from '../../src/app/ports/store.ts';
import type { IncidentId } from '../../src/core/shared/ids.ts';
import { hashRecord } from '../../src/lib/hash-chain.ts';
import { startJobs } from '../fixtures/background.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aNote, aPerson, openIncident, record } from '../fixtures/recording.ts';

let database: TestDatabase;
let jobs: Jobs;
let store: IncidentStore;
/** The second of three incidents, with six records. */
let id: IncidentId;

beforeAll(async () => {
  const shared = await createTestDatabase();
  ({ jobs } = await startJobs(shared.url));
  database = shared;
});

afterAll(async () => {
  await jobs.stop({ deadlineMs: 1_000 });
  await database.drop();
});

beforeEach(async () => {
  store = createIncidentStore({ pool: database.pool, jobs });
  await openIncident(store);
  const amara = { kind: 'person' as const, ...aPerson('Amara') };
  ({
    incident: { id },
  } = await openIncident(store, undefined, amara));
  for (const word of ['two', 'three', 'four', 'five', 'six']) await record(store, id, aNote(word));
  await openIncident(store);
});

afterEach(async () => {
  await tamper('delete from lifeboat.event', 'delete from lifeboat.incident');
});

/** What only a superuser can do: switch the guard off, change the record, switch it on again. */
async function tamper(...statements: string[]): Promise<void> {
  await database.pool.query(
    [
      'begin',
      'alter table lifeboat.event disable trigger all',
      'alter table lifeboat.incident disable trigger all',
      ...statements,
      'alter table lifeboat.event enable trigger all',
      'alter table lifeboat.event enable always trigger append_only',
      'alter table lifeboat.incident enable trigger all',
      'commit',
    ].join(';'),
  );
}

async function faults() {
  return (await verifyAudit(database.pool)).faults;
}

describe('verifyAudit', () => {
  test('finds nothing wrong with what was written', async () => {
    const report = await verifyAudit(database.pool);

    expect(report).toEqual({ chains: 3, records: 8, faults: [] });
  });

  test('reads more chains than fit into one page', async () => {
    for (let n = 0; n < 45; n += 1) await openIncident(store);

    expect(await verifyAudit(database.pool)).toEqual({ chains: 48, records: 53, faults: [] });
  });

  test.each([
    ['what was said', `update lifeboat.event set data = '{"text": "3"}' where seq = 3`],
    ['who did it', `update lifeboat.event set actor = '{"kind": "pagerduty"}' where seq = 3`],
    ['when it was', `update lifeboat.event set at = at + interval '1 millisecond' where seq = 3`],
    ['what it was', `update lifeboat.event set type = 'mark_set' where seq = 3`],
    ['its hash', `update lifeboat.event set hash = repeat('a', 64) where seq = 3`],
  ])('names a record of which somebody changed %s', async (_what, statement) => {
    await tamper(statement);

    expect(await faults()).toEqual([{ incidentId: id, firstBadSeq: 3, problem: 'changed' }]);
  });

  test('names the place where a changed record was given a fitting hash', async () => {
    const third = (await store.events(id))[2];
    const forged = { ...third, data: { text: 'forged' } } as NonNullable<typeof third>;
    const hash = hashRecord(forged.prevHash, protectedContent(forged));
    await tamper(`update lifeboat.event set data = '{"text": "forged"}', hash = '${hash}' where seq = 3`);

    const [fault] = await faults();

    expect(fault).toMatchObject({ incidentId: id, firstBadSeq: 4 });
  });

  test('names a record that was removed from the middle', async () => {
    await tamper(`delete from lifeboat.event where seq = 4`);

    expect(await faults()).toEqual([{ incidentId: id, firstBadSeq: 4, problem: 'missing' }]);
  });

  test('names the first of the last records that were cut off', async () => {
    await tamper(`delete from lifeboat.event where seq >= 5`);

    expect(await faults()).toEqual([{ incidentId: id, firstBadSeq: 5, problem: 'missing' }]);
  });

  test('names an incident whose records are all gone', async () => {
    await tamper(`delete from lifeboat.event where incident_id = '${id}'`);

    expect(await faults()).toEqual([{ incidentId: id, firstBadSeq: 1, problem: 'missing' }]);
  });

  test('names the first of two records that changed places', async () => {
    await tamper(
      `update lifeboat.event set seq = case seq when 3 then 1003 else 1004 end where seq in (3, 4)`,
      `update lifeboat.event set seq = case seq when 1003 then 4 else 3 end where seq > 1000`,
    );

    const [fault] = await faults();

    expect(fault).toMatchObject({ incidentId: id, firstBadSeq: 3 });
  });

  test('names the last record when the incident knows of another end', async () => {
    await tamper(`update lifeboat.incident set head = repeat('b', 64) where id = '${id}'`);

    expect(await faults()).toEqual([{ incidentId: id, firstBadSeq: 6, problem: 'changed' }]);
  });

  test('names records without an incident, and damage in several chains', async () => {
    await tamper(
      `delete from lifeboat.incident where id = '${id}'`,
      `update lifeboat.event set data = '{}' where seq = 1 and incident_id <> '${id}'`,
    );

    const report = await verifyAudit(database.pool);

    expect(report.chains).toBe(2);
    expect(report.faults.map(({ firstBadSeq, problem }) => [firstBadSeq, problem])).toEqual([
      [1, 'incident_missing'],
      [1, 'changed'],
      [1, 'changed'],
    ]);
  });

  test('sees one moment, while others write', async () => {
    const writers = Array.from({ length: 10 }, (_, n) => record(store, id, aNote(`while ${n}`)));

    const reports = await Promise.all([verifyAudit(database.pool), verifyAudit(database.pool)]);
    await Promise.all(writers);

    expect(reports.map((report) => report.faults)).toEqual([[], []]);
  });
});

describe('the table of the record', () => {
  test.each([
    ['UPDATE', `update lifeboat.event set data = '{}' where seq = 1`],
    ['DELETE', 'delete from lifeboat.event where false'],
    ['TRUNCATE', 'truncate lifeboat.event'],
    ['TRUNCATE', 'truncate lifeboat.incident cascade'],
  ])('refuses %s: %s', async (operation, statement) => {
    await expect(database.pool.query(statement)).rejects.toThrow(
      `lifeboat.event is append-only: ${operation} is refused`,
    );
    expect(await faults()).toEqual([]);
  });

  test('refuses also in a session that applies the changes of another server', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('set session_replication_role = replica');
      await expect(client.query('delete from lifeboat.event')).rejects.toThrow('append-only');
    } finally {
      client.release(true);
    }
  });

  test('keeps an incident that has records', async () => {
    await expect(database.pool.query('delete from lifeboat.incident')).rejects.toThrow('foreign key');
  });
});

describe('npm run audit:verify', () => {
  const program = fileURLToPath(new URL('../../src/audit-verify.ts', import.meta.url));

  async function run(env: Record<string, string>) {
    const child = spawn(process.execPath, [program], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, err, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise((resolve) => child.on('close', resolve)),
    ]);
    return { out, err, code };
  }

  test('says that all is well', async () => {
    const { out, code } = await run({ DATABASE_URL: database.url });

    expect(out).toBe('Checked 8 records of 3 incidents. Every record is as it was written.\n');
    expect(code).toBe(0);
  });

  test('names the first bad record and fails', async () => {
    await tamper(`delete from lifeboat.event where seq = 4`);

    const { out, code } = await run({ DATABASE_URL: database.url });

    expect(out).toContain(`${id}: record 4 is missing.\n`);
    expect(out).toContain('The record of 1 incident is damaged');
    expect(code).toBe(1);
  });

  test('says why when it cannot check', async () => {
    const empty = await createEmptyDatabase();
    const home = await mkdtemp(path.join(tmpdir(), 'lifeboat-audit-'));

    const [foreign, unreachable, nothing] = await Promise.all([
      run({ DATABASE_URL: empty.url }),
      run({ DATABASE_URL: 'postgres://nobody:geheim@127.0.0.1:1/none' }),
      run({ LIFEBOAT_HOME: home }),
    ]);

    expect([foreign.code, unreachable.code, nothing.code]).toEqual([2, 2, 2]);
    expect(foreign.err).toContain('this database holds no record of Lifeboat');
    expect(unreachable.err).toContain('The record could not be checked');
    expect(unreachable.err).not.toContain('geheim');
    expect(nothing.err).toContain(`there is no database in ${path.join(home, 'postgres')}`);
    await empty.drop();
    await rm(home, { recursive: true });
  });
});
