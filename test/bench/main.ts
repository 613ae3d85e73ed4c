import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { ack } from './ack.ts';
import { cost } from './cost.ts';
import { declare } from './declare.ts';
import { describeMachine, load } from './machine.ts';
import { memory } from './memory.ts';
import { asMarkdown, asText, type Finding } from './report.ts';
import { status } from './status.ts';
import { takeover } from './takeover.ts';
import { webhook } from './webhook.ts';

// npm run bench [-- [name …] [--json]]: measures what the bot is held to, and says whether it holds.
// Progress goes to standard error, the table for the README (or JSON) to standard output.

const BENCHES = { ack, declare, status, cost, memory, takeover, webhook };

function chosen(names: readonly string[]) {
  const unknown = names.filter((name) => !(name in BENCHES));
  if (unknown.length > 0) {
    throw new Error(`no benchmark is called ${unknown.join(', ')}: ${Object.keys(BENCHES).join(', ')}`);
  }
  return Object.entries(BENCHES).filter(([name]) => names.length === 0 || names.includes(name));
}

/** One PostgreSQL for all benchmarks, as it comes: it waits for the disk at each commit. */
async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const dir = await mkdtemp(path.join(tmpdir(), 'lifeboat-bench-'));
  // Started as root, the server runs as another user, who has to get in.
  await chmod(dir, 0o711);
  const postgres = await startEmbeddedPostgres({ dir, log: silentLog });
  const stop = async () => {
    await postgres.stop();
    await rm(dir, { recursive: true, force: true });
  };
  // It has a session of its own, and would outlive us.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().finally(() => process.exit(1)));
  }
  return { url: postgres.url, stop };
}

async function main(args: readonly string[]): Promise<void> {
  const benches = chosen(args.filter((arg) => !arg.startsWith('--')));
  const server = await startServer();
  const findings: Finding[] = [];
  try {
    const machine = await describeMachine(server.url);
    console.error(`${machine}\n`);
    for (const [name, bench] of benches) {
      // One after the other: they share the processor.
      const found = await bench(server.url).catch((error: unknown) => {
        console.error(`${name} could not be measured:`, error);
        process.exitCode = 1;
        return [];
      });
      findings.push(...found);
      for (const finding of found) console.error(asText(finding));
      console.error(`(load of the machine ${load()})\n`);
    }
    const table = `${asMarkdown(findings)}\n\n${machine}`;
    console.log(args.includes('--json') ? JSON.stringify({ machine, findings }, null, 2) : table);
  } finally {
    await server.stop();
  }
}

await main(process.argv.slice(2));
