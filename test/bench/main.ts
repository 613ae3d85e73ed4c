import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { ack } from './ack.ts';
import { cost } from './cost.ts';
import { declare } from './declare.ts';
import { memory } from './memory.ts';
import { asMarkdown, asText, type Finding, isMet } from './report.ts';
import { status } from './status.ts';
import { takeover } from './takeover.ts';
import { webhook } from './webhook.ts';

const BENCHES: Record<string, (server: string) => Promise<Finding[]>> = {
  ack,
  declare,
  status,
  cost,
  memory,
  takeover,
  webhook,
};

async function main(args: readonly string[]): Promise<void> {
  const asJson = args.includes('--json');
  const names = args.filter((arg) => !arg.startsWith('--'));
  const unknown = names.filter((name) => !(name in BENCHES));
  if (unknown.length > 0) {
    throw new Error(
      `there is no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`,
    );
  }
  const dir = await mkdtemp(path.join(tmpdir(), 'lifeboat-bench-'));
  await chmod(dir, 0o711);
  const postgres = await startEmbeddedPostgres({ dir, log: silentLog });
  const findings: Finding[] = [];
  try {
    for (const [name, bench] of Object.entries(BENCHES)) {
      if (names.length > 0 && !names.includes(name)) continue;
      // One after the other: they share the processor.
      const found = await bench(postgres.url);
      findings.push(...found);
      for (const finding of found) console.error(asText(finding));
    }
  } finally {
    await postgres.stop();
    await rm(dir, { recursive: true, force: true });
  }
  console.log(asJson ? JSON.stringify(findings) : asMarkdown(findings));
}

await main(process.argv.slice(2));
