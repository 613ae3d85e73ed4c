import { readFileSync, rmSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { mkdtemp, chmod, rm } from 'node:fs/promises';
import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { declareMany, untilQuiet, withWorld } from './world.ts';
const dir = await mkdtemp('/tmp/lifeboat-bench-'); await chmod(dir, 0o711);
const pgs = await startEmbeddedPostgres({ dir, log: silentLog });
const snap = async (pid: number) => { rmSync('/tmp/w/counts.json', {force:true}); process.kill(pid, 'SIGUSR2'); while (!existsSync('/tmp/w/counts.json')) await sleep(20); await sleep(20); return JSON.parse(readFileSync('/tmp/w/counts.json','utf8')); };
await withWorld(pgs.url, async (w) => {
  const bot = await w.addBot();
  const inc = await declareMany(w, bot, 3);
  const place = { handle: 'user01', channel: inc[0]!.channel, teamId: w.teamId };
  const h = await w.outside.handles('user01','general');
  for (const text of ['status','list','help','note hello']) {
    for (let i=0;i<20;i++) await w.send.command(bot.url, place, text, { triggerId: randomUUID(), responseUrl: h.responseUrl });
    await untilQuiet(w.database);
    const before = await snap(bot.pid()!);
    const ms: number[] = [];
    const N=100;
    for (let i=0;i<N;i++) ms.push((await w.send.command(bot.url, place, text, { triggerId: randomUUID(), responseUrl: h.responseUrl })).ms);
    if (!process.env.NOQUIET) await untilQuiet(w.database);
    const after = await snap(bot.pid()!);
    ms.sort((a,b)=>a-b);
    console.log('==', text, 'p50', ms[N/2]!.toFixed(2), 'cpu/req ms', ((after.cpu.user+after.cpu.system-before.cpu.user-before.cpu.system)/1000/N).toFixed(2));
    for (const [t,c] of after.counts.slice(0,35)) if (c>N/10) console.log('   ', (c/N).toFixed(2), t);
  }
  const b = await snap(bot.pid()!); await sleep(10000); const a = await snap(bot.pid()!);
  console.log('== idle cpu %', ((a.cpu.user+a.cpu.system-b.cpu.user-b.cpu.system)/1e4/10).toFixed(2));
  for (const [t,c] of a.counts) console.log('   ', c/10, t);
});
await pgs.stop(); await rm(dir,{recursive:true});
