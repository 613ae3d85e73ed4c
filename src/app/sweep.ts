import { plus } from '../core/shared/time.ts';
import type { DeliveryStore, IncidentStore } from './ports/store.ts';

/** A timer this late, or a message waiting this long, has lost its job. */
const GRACE_MS = 20_000;
const BATCH = 500;
/** PagerDuty repeats a webhook for two days, Slack an event for a day; nobody for a week. */
const CLAIMS_KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * The net under everything: wakes incidents whose timer should have fired and lanes where something
 * waits, whatever became of their jobs (a restored database, an emptied queue).
 */
export function createSweep(deps: {
  store: IncidentStore;
  deliveries: DeliveryStore;
}): () => Promise<number> {
  return async () => {
    const now = await deps.store.now();
    const before = plus(now, -GRACE_MS);
    const [incidents, lanes] = await Promise.all([
      deps.store.overdue(before, BATCH),
      deps.deliveries.waitingLanes(before),
      deps.store.forgetClaims(plus(now, -CLAIMS_KEPT_MS)),
    ]);
    await deps.store.enqueue([
      ...incidents.map((incidentId) => ({ queue: 'tick' as const, data: { incidentId } })),
      ...lanes.map((lane) => ({ queue: 'deliver' as const, data: { lane } })),
    ]);
    return incidents.length + lanes.length;
  };
}
