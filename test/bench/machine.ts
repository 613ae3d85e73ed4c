import { cpus, loadavg, totalmem } from 'node:os';
import pg from 'pg';
import { percentile, shown } from './stats.ts';

const COMMITS = 50;
const GIB = 2 ** 30;

/** What the figures were taken on, in one line. */
export async function describeMachine(server: string): Promise<string> {
  const processors = cpus();
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    const { rows } = await client.query(`select current_setting('server_version') as version`);
    const commit = await commitMs(client);
    return [
      `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}`,
      `${Math.round(totalmem() / GIB)} GiB`,
      `Node ${process.version}`,
      `PostgreSQL ${rows[0]?.version} with fsync (one commit: ${shown(commit)} ms)`,
      'bot, database, emulated Slack and the load share the processors',
      `load average at the start ${load()}`,
    ].join('; ');
  } finally {
    await client.end();
  }
}

/** Processes that wanted a processor in the last minute, on average. */
export function load(): string {
  return shown(loadavg()[0] ?? Number.NaN);
}

/** What the disk costs: half of the commits of one small row take less, in milliseconds. */
async function commitMs(client: pg.Client): Promise<number> {
  await client.query('create table commit_probe (n integer)');
  const ms: number[] = [];
  for (let n = 0; n < COMMITS; n += 1) {
    const started = performance.now();
    // One after the other: each waits for the disk.
    await client.query('insert into commit_probe values ($1)', [n]);
    ms.push(performance.now() - started);
  }
  await client.query('drop table commit_probe');
  return percentile(ms, 0.5);
}
