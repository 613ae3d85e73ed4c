import type { DeliverLane } from '../app/deliver-lane.ts';
import type { Invitation } from '../app/invite-people.ts';
import type { Account } from '../app/ports/chat.ts';
import type { IncidentStore, Job, QueueName } from '../app/ports/store.ts';
import type { IncidentId } from '../core/shared/ids.ts';

type DataOf<Q extends QueueName> = Extract<Job, { queue: Q }>['data'];

/** A job as a handler sees it. `id` is the same for every repeat. */
export interface Claimed<Q extends QueueName> {
  id: string;
  data: DataOf<Q>;
}

/** The queue: hands each job to one worker at a time; a handler that throws gets the job again. */
export interface WorkQueue {
  work<Q extends QueueName>(
    queue: Q,
    handler: (job: Claimed<Q>) => Promise<void>,
    options: { concurrency: number },
  ): Promise<void>;
  /** Runs the handler about once a minute, on one replica. */
  everyMinute(name: string, handler: () => Promise<void>): Promise<void>;
}

export interface WorkerDeps {
  queue: WorkQueue;
  store: IncidentStore;
  tick(incidentId: IncidentId, jobId: string): Promise<void>;
  deliverLane: DeliverLane;
  syncChannel(incidentId: IncidentId, screenId?: string): Promise<void>;
  invite(invitation: Invitation): Promise<void>;
  callRung(call: DataOf<'call-rung'>): Promise<void>;
  publishHome(account: Account): Promise<void>;
  sweep(): Promise<unknown>;
  rememberOnCall(): Promise<void>;
  log: { warn(fields: object, text: string): void };
}

/** Ties each queue to the use case that does its work. */
export async function startWorkers(deps: WorkerDeps): Promise<void> {
  const { queue, store, log } = deps;
  await queue.work('tick', ({ id, data }) => deps.tick(data.incidentId, id), { concurrency: 8 });
  await queue.work('sync-channel', ({ data }) => deps.syncChannel(data.incidentId, data.screenId), {
    concurrency: 8,
  });
  await queue.work('invite', ({ data }) => deps.invite(data), { concurrency: 4 });
  await queue.work('call-rung', ({ data }) => deps.callRung(data), { concurrency: 2 });
  await queue.work('home', ({ data }) => deps.publishHome(data), { concurrency: 2 });
  await queue.work(
    'deliver',
    async ({ data }) => {
      const again = await deps.deliverLane(data.lane);
      if (again) await store.enqueue([{ queue: 'deliver', data, startAfter: again }]);
    },
    { concurrency: 16 },
  );
  await queue.everyMinute('sweep', async () => {
    await deps.sweep();
    try {
      await deps.rememberOnCall();
    } catch (err) {
      // The pager may be down; the last answer is kept for exactly that.
      log.warn({ err }, 'the on-call list could not be refreshed');
    }
  });
}
