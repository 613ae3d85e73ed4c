import type { DeliverLane } from '../app/deliver-lane.ts';
import type { Invitation } from '../app/invite-people.ts';
import type { Account } from '../app/ports/chat.ts';
import type { AnyQueue, IncidentStore, JobData } from '../app/ports/store.ts';
import type { IncidentId } from '../core/shared/ids.ts';

/** The queue: a handler that throws gets the job again; it may see the same job twice. */
export interface WorkQueue {
  work<Q extends AnyQueue>(
    queue: Q,
    handler: (data: JobData<Q>) => Promise<void>,
    options?: { concurrency?: number },
  ): Promise<void>;
}

export interface WorkerDeps {
  queue: WorkQueue;
  store: IncidentStore;
  tick(incidentId: IncidentId): Promise<void>;
  deliverLane: DeliverLane;
  syncChannel(incidentId: IncidentId, screenId?: string): Promise<void>;
  invite(invitation: Invitation): Promise<void>;
  callRung(call: JobData<'call-rung'>): Promise<void>;
  publishHome(account: Account): Promise<void>;
  sweep(): Promise<unknown>;
  rememberOnCall(): Promise<void>;
  log: { warn(fields: object, text: string): void };
}

/** Ties each queue to the use case that does its work. */
export async function startWorkers(deps: WorkerDeps): Promise<void> {
  const { queue, store, log } = deps;
  await queue.work('tick', ({ incidentId }) => deps.tick(incidentId), { concurrency: 8 });
  await queue.work('sync-channel', ({ incidentId, screenId }) => deps.syncChannel(incidentId, screenId), {
    concurrency: 8,
  });
  await queue.work('invite', (invitation) => deps.invite(invitation), { concurrency: 4 });
  await queue.work('call-rung', (call) => deps.callRung(call), { concurrency: 2 });
  await queue.work('home', (account) => deps.publishHome(account), { concurrency: 2 });
  await queue.work(
    'deliver',
    async ({ lane }) => {
      const again = await deps.deliverLane(lane);
      if (again) await store.enqueue([{ queue: 'deliver', data: { lane }, startAfter: again }]);
    },
    { concurrency: 16 },
  );
  const refreshOnCall = async () => {
    try {
      await deps.rememberOnCall();
    } catch (err) {
      // The pager may be down; the last answer is kept for exactly that.
      log.warn({ err }, 'the on-call list could not be refreshed');
    }
  };
  await queue.work('sweep', async () => {
    await deps.sweep();
    await refreshOnCall();
  });
  // The first list is wanted now, not in a minute; a pager that hangs must not hold up the start.
  void refreshOnCall();
}
