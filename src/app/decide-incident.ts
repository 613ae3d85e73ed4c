import type { IncidentCommand } from '../core/incident/commands.ts';
import { decide } from '../core/incident/decide.ts';
import type { IncidentEventBody, RecordedEvent } from '../core/incident/events.ts';
import { evolve } from '../core/incident/evolve.ts';
import type { Incident } from '../core/incident/incident.ts';
import type { Policy } from '../core/incident/policy.ts';
import { wakeAt } from '../core/incident/timers.ts';
import type { Actor, Capability } from '../core/shared/actor.ts';
import type { IncidentId } from '../core/shared/ids.ts';
import { isRefusal, type Refusal, refuse } from '../core/shared/refusal.ts';
import { GENESIS } from '../lib/hash-chain.ts';
import { chain } from './chain.ts';
import type { CrashPoint } from './crash-point.ts';
import { outsideWork } from './outside-work.ts';
import type { IncidentStore, Job, StoredIncident, Tx } from './ports/store.ts';

export interface IncidentRequest {
  /** The same for every repeat of the same request. Absent for ticks: the state itself says what is due. */
  key?: string;
  /** Absent for `declare` and `propose`: the incident gets its id here. */
  id?: IncidentId;
  command: IncidentCommand;
  actor: Actor;
  capabilities: Capability[];
  /** The open form that waits for the channel. */
  screenId?: string;
}

export type IncidentOutcome =
  | { kind: 'done'; stored: StoredIncident; events: RecordedEvent[]; repeat: boolean }
  | { kind: 'refused'; refusal: Refusal };

export type DecideIncident = (request: IncidentRequest) => Promise<IncidentOutcome>;

/** What was settled for a key: enough to answer a repeat as the first time. */
type Settled = { incidentId?: IncidentId; refusal?: Refusal };

/**
 * The one way an incident changes: load and lock, let the core decide, and commit the inbox key, the
 * events, the state and everything that must follow in one transaction. A repeat changes nothing.
 */
export function createDecideIncident(deps: {
  store: IncidentStore;
  policy: Policy;
  crashPoint?: CrashPoint;
}): DecideIncident {
  const { store, policy, crashPoint } = deps;
  return async (request) => {
    const { type } = request.command;
    const outcome = await store.transact(async (tx) => {
      const decided = await decideIn(tx, request, policy);
      await crashPoint?.(`${type}.before_commit`);
      return decided;
    });
    await crashPoint?.(`${type}.after_commit`);
    return outcome;
  };
}

async function decideIn(tx: Tx, request: IncidentRequest, policy: Policy): Promise<IncidentOutcome> {
  if (request.key) {
    const claim = await tx.claim(request.key);
    if (!claim.first) return repeated(tx, claim.outcome as Settled);
  }
  const before = request.id ? await tx.lock(request.id) : undefined;
  if (request.id && !before) {
    return settleRefusal(tx, request, refuse('incident.not_found', { incident: request.id }));
  }
  const decided = decide(before?.incident, request.command, {
    actor: request.actor,
    capabilities: request.capabilities,
    policy,
    now: tx.now,
  });
  if (isRefusal(decided)) return refused(tx, request, before, decided, policy);
  const id = request.id ?? (await tx.allocateId());
  const outcome = await record(tx, id, before, decided, request, policy);
  if (request.key) await tx.settle(request.key, { incidentId: id } satisfies Settled);
  return outcome;
}

async function record(
  tx: Tx,
  id: IncidentId,
  before: StoredIncident | undefined,
  bodies: IncidentEventBody[],
  request: IncidentRequest,
  policy: Policy,
): Promise<Extract<IncidentOutcome, { kind: 'done' }>> {
  const wake = (incident: StoredIncident['incident']): Job[] => {
    const at = wakeAt(incident);
    return at ? [{ queue: 'tick', data: { incidentId: id }, startAfter: at }] : [];
  };
  if (bodies.length === 0) {
    // A timer that fired a moment early must not be the last one.
    if (request.command.type === 'tick' && before) await tx.enqueue(wake(before.incident));
    return { kind: 'done', stored: before as StoredIncident, events: [], repeat: false };
  }
  const events = chain(
    id,
    bodies.map((body) => ({ ...body, at: tx.now, actor: request.actor })),
    before ?? { version: 0, head: GENESIS },
  );
  let incident = before?.incident;
  for (const event of events) incident = evolve(incident, event, id);
  const last = events.at(-1) as RecordedEvent;
  const stored: StoredIncident = { incident: incident as Incident, version: last.seq, head: last.hash };
  // Words tell the state that the whole decision led to, not a half-way one.
  const work = events.map((event) => outsideWork(event, stored.incident, policy, request.screenId));
  const deliveries = work.flatMap((part) => part.deliveries);
  await tx.append(events, stored, wakeAt(stored.incident));
  await tx.deliver(deliveries);
  const lanes = [...new Set(deliveries.map((delivery) => delivery.lane))];
  await tx.enqueue([
    ...distinct(work.flatMap((part) => part.jobs)),
    ...lanes.map((lane): Job => ({ queue: 'deliver', data: { lane } })),
    ...wake(stored.incident),
  ]);
  return { kind: 'done', stored, events, repeat: false };
}

/** Several events of one decision may ask for the same work. */
function distinct(jobs: Job[]): Job[] {
  return [...new Map(jobs.map((job) => [JSON.stringify(job), job])).values()];
}

/** A person's refused attempt on an incident is part of its record. */
async function refused(
  tx: Tx,
  request: IncidentRequest,
  before: StoredIncident | undefined,
  refusal: Refusal,
  policy: Policy,
): Promise<IncidentOutcome> {
  if (before && request.actor.kind === 'person') {
    const body = {
      type: 'refused' as const,
      data: { command: request.command.type, code: refusal.refused },
    };
    await record(tx, before.incident.id, before, [body], request, policy);
  }
  return settleRefusal(tx, request, refusal);
}

async function settleRefusal(tx: Tx, request: IncidentRequest, refusal: Refusal): Promise<IncidentOutcome> {
  if (request.key) await tx.settle(request.key, { refusal } satisfies Settled);
  return { kind: 'refused', refusal };
}

async function repeated(tx: Tx, settled: Settled): Promise<IncidentOutcome> {
  if (settled.refusal) return { kind: 'refused', refusal: settled.refusal };
  const stored = settled.incidentId ? await tx.lock(settled.incidentId) : undefined;
  if (!stored) return { kind: 'refused', refusal: refuse('incident.not_found') };
  return { kind: 'done', stored, events: [], repeat: true };
}
