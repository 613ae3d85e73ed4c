import { withTimeout } from '../../lib/with-timeout.ts';
import type { Route } from './server.ts';

/** One connection that the bot needs: resolves to words when it works, throws when it does not. */
export interface Check {
  name: string;
  /** A failing check that is not needed leaves the bot ready: it degrades and says so. */
  needed: boolean;
  check(signal: AbortSignal): Promise<string>;
}

const DEADLINE_MS = 2000;

/** The process lives and its event loop turns. */
export function healthRoute(): Route {
  return (_req, res) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ status: 'alive' }));
  };
}

/** Every connection in words. 200 when all that is needed works, else 503. */
export function readyRoute(checks: Check[]): Route {
  return async (_req, res) => {
    const connections = await Promise.all(checks.map(run));
    const ready = connections.every(({ works, needed }) => works || !needed);
    const degraded = connections.some(({ works }) => !works);
    res.writeHead(ready ? 200 : 503, { 'content-type': 'application/json' });
    const status = ready ? (degraded ? 'degraded' : 'ready') : 'not ready';
    res.end(JSON.stringify({ status, connections }, null, 2));
  };
}

async function run({ name, needed, check }: Check) {
  try {
    return { name, needed, works: true, says: await withTimeout(DEADLINE_MS, check, { what: name }) };
  } catch (error) {
    return { name, needed, works: false, says: error instanceof Error ? error.message : String(error) };
  }
}
