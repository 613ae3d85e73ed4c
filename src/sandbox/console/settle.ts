import { setTimeout as sleep } from 'node:timers/promises';
import type { SlackWorkspace } from '../slack/workspace.ts';

export interface SettleOptions {
  /** How long nothing may have happened, in milliseconds. */
  quietMs: number;
  /** When to go on although something still happens, in milliseconds. */
  mostMs: number;
}

const LOOK_EVERY_MS = 20;

/** Waits until what a command brought about has happened: nothing changes any more and no call is under way. */
export async function settle(workspace: SlackWorkspace, { quietMs, mostMs }: SettleOptions): Promise<void> {
  const started = performance.now();
  let changed = started;
  const unsubscribe = workspace.subscribe(() => {
    changed = performance.now();
  });
  try {
    for (;;) {
      await sleep(LOOK_EVERY_MS);
      const now = performance.now();
      if (now - started > mostMs) return;
      const isBusy = workspace.requests.slice(-50).some(({ outcome }) => outcome === 'pending');
      if (!isBusy && now - changed > quietMs) return;
    }
  } finally {
    unsubscribe();
  }
}
