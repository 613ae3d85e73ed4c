import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { assertSupportedVersion, migrate } from '../../src/adapters/postgres/migrate.ts';
import { createEmptyDatabase, type TestDatabase } from '../fixtures/database.ts';
import { silentLog } from '../fixtures/silent-log.ts';

let database: TestDatabase;
let dir: string;

const NOTES = `create table note (id int primary key, text text not null default '{"a": 1}');
-- down migration: there is none, and this is only a comment
insert into note (id) values (1); -- no semicolon follows this comment`;

beforeEach(async () => {
  database = await createEmptyDatabase();
  dir = await mkdtemp(path.join(tmpdir(), 'lifeboat-migrate-'));
  await writeFile(path.join(dir, '001-notes.sql'), NOTES);
});

afterEach(async () => {
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

function add(name: string, sql: string): Promise<void> {
  return writeFile(path.join(dir, name), sql);
}

function run(options: { lockTimeoutMs?: number } = {}): Promise<string[]> {
  return migrate(database.url, silentLog, { dir, ...options });
}

async function appliedNames(): Promise<string[]> {
  const { rows } = await database.pool.query('select name from lifeboat.migrations order by id');
  return rows.map((row) => row.name);
}

describe('migrate', () => {
  test('runs each file once, whole and in order, in the schema lifeboat', async () => {
    expect(await run()).toEqual(['001-notes']);
    await add('002-more.sql', 'alter table note add column by text; update note set by = text;');
    await add('010-even-more.sql', `insert into note (id, by) values (2, '{id}');`);

    expect(await run()).toEqual(['002-more', '010-even-more']);
    expect(await run()).toEqual([]);

    const { rows } = await database.pool.query('select id, by from lifeboat.note order by id');
    expect(rows).toEqual([
      { id: 1, by: '{"a": 1}' },
      { id: 2, by: '{id}' },
    ]);
    expect(await appliedNames()).toEqual(['001-notes', '002-more', '010-even-more']);
  });

  test('takes a pool with its own short time limits, and leaves it as it was', async () => {
    const pool = new pg.Pool({
      connectionString: database.url,
      query_timeout: 50,
      statement_timeout: 50,
      max: 1,
    });
    await add('002-slow.sql', 'select pg_sleep(0.2);');
    try {
      expect(await migrate(pool, silentLog, { dir })).toEqual(['001-notes', '002-slow']);

      const { rows } = await pool.query(`select current_setting('search_path') as path`);
      expect(rows[0].path).not.toContain('lifeboat');
    } finally {
      await pool.end();
    }
  });

  test('a failing file changes nothing, also of the files before it, and is named', async () => {
    await add('002-good.sql', 'create table good (id int);');
    await add('003-bad.sql', 'create table bad (id int); select broken();');

    await expect(run()).rejects.toThrow(
      /Migration 003-bad failed, and the database was left as it was: .*broken/,
    );

    const { rows } = await database.pool.query(
      `select count(*)::int as count from pg_tables where schemaname = 'lifeboat' and tablename <> 'migrations'`,
    );
    expect(rows).toEqual([{ count: 0 }]);
    await add('003-bad.sql', 'select 1;');
    expect(await run()).toEqual(['001-notes', '002-good', '003-bad']);
  });

  test('four at the same moment queue up: one migrates, all succeed', async () => {
    await add('002-slow.sql', 'select pg_sleep(0.3); insert into note (id) values (2);');

    const results = await Promise.all([run(), run(), run(), run()]);

    expect(results.map((names) => names.length).sort()).toEqual([0, 0, 0, 2]);
    expect(await appliedNames()).toEqual(['001-notes', '002-slow']);
  });

  test('gives up, and says so, when another one holds the lock for too long', async () => {
    await add('002-slow.sql', 'select pg_sleep(60);');
    const slow = run();
    const slowEnd = expect(slow).rejects.toThrow(/002-slow failed/);
    const { rows } = await untilSleeping();

    await expect(run({ lockTimeoutMs: 100 })).rejects.toThrow(
      /has been migrating the database for more than 0.1 s/,
    );

    await database.pool.query('select pg_terminate_backend($1)', [rows[0].pid]);
    await slowEnd;
    await add('002-slow.sql', 'select 1;');
    expect(await run()).toEqual(['001-notes', '002-slow']);
  });

  async function untilSleeping(): Promise<pg.QueryResult> {
    for (;;) {
      const found = await database.pool.query(
        `select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`,
      );
      if (found.rowCount === 1) return found;
      await sleep(20);
    }
  }
});

describe('a database that this build must not touch', () => {
  test('of a newer build', async () => {
    await add('002-newer.sql', 'drop table note;');
    await run();
    await rm(path.join(dir, '002-newer.sql'));

    await expect(run()).rejects.toThrow(/changed by a newer Lifeboat \(002-newer\).*Start the newer version/);
  });

  test('of a newer build that only added: taken, so that replicas can be replaced one by one', async () => {
    await add('002-newer.additive.sql', 'create table extra (id int);');
    await run();
    await rm(path.join(dir, '002-newer.additive.sql'));

    expect(await run()).toEqual([]);

    await add('003-ours.sql', 'select 1;');
    await expect(run()).rejects.toThrow(
      /migrations of another Lifeboat \(002-newer.additive\) and lacks.*003-ours/,
    );
  });

  test('whose migrations are newer than a file that was added between them', async () => {
    await add('005-later.sql', 'select 1;');
    await run();
    await add('003-between.sql', 'select 1;');

    await expect(run()).rejects.toThrow(/added at the end: 003-between would run after 005-later/);
  });

  test('of a server that is too old', () => {
    expect(() => assertSupportedVersion(140_000)).not.toThrow();
    expect(() => assertSupportedVersion(130_014)).toThrow(/PostgreSQL 13; Lifeboat needs 14 or newer/);
    expect(() => assertSupportedVersion(90_624)).toThrow(/PostgreSQL 9; /);
  });
});

describe('the folder of migrations', () => {
  test.each([
    ['1-short.sql', /a migration is named NNN-name.sql/],
    ['002-Name.sql', /a migration is named NNN-name.sql/],
    ['002-name.ts', /a migration is named NNN-name.sql/],
    ['001-again.sql', /there are two migrations 001/],
  ])('refuses %s before it asks the database', async (name, message) => {
    await add(name, 'select 1;');

    await expect(run()).rejects.toThrow(message);

    const { rows } = await database.pool.query(`select to_regnamespace('lifeboat') is null as untouched`);
    expect(rows).toEqual([{ untouched: true }]);
  });
});
