import type { Instant } from '../core/shared/time.ts';
import { msBetween, plus } from '../core/shared/time.ts';
import { UpstreamError } from '../core/shared/upstream-error.ts';
import type { CrashPoint } from './crash-point.ts';
import type { Delivery, DeliveryStore, IncidentStore } from './ports/store.ts';

/** What became of one delivery. `later`: nothing went out, or nobody knows; come back then. */
export type Carried =
  | { kind: 'sent'; receipt: Record<string, string> }
  | { kind: 'undeliverable'; problem: string }
  | { kind: 'later'; afterMs: number; problem: string };

/** Takes one kind of delivery outside. Throws `UpstreamError` for trouble. */
export interface Carrier {
  /** Looks whether an earlier attempt, which ended without an answer, did arrive. */
  find(delivery: Delivery): Promise<Record<string, string> | undefined>;
  send(delivery: Delivery, now: Instant): Promise<Carried>;
  /** Told when a delivery could not be made for good, or for the time being. May be told twice. */
  onTrouble?(delivery: Delivery, problem: string, final: boolean): Promise<void>;
  /** Told after each success. May be told twice. */
  onSent?(delivery: Delivery): Promise<void>;
}

const LONGEST_WAIT_MS = 15_000;
/** So often may one delivery break us before the lane goes on without it. */
const BROKEN_ATTEMPTS = 10;

/** Sends what waits in a lane, oldest first. Returns when to come back, if something still waits. */
export type DeliverLane = (lane: string) => Promise<Instant | undefined>;

/**
 * Everything said outside goes through here: written with the decision, sent in order, once. Before a
 * repeat after an unanswered attempt it looks; only what certainly did not arrive is sent again.
 */
export function createDeliverLane(deps: {
  deliveries: DeliveryStore;
  store: IncidentStore;
  carrierOf(delivery: Delivery): Carrier;
  crashPoint?: CrashPoint;
  /** Told after each attempt; `lateMs` for an update that fills a slot of the status grid. */
  onAttempt?: (attempt: { kind: string; sent: boolean; lateMs?: number }) => void;
}): DeliverLane {
  const { deliveries, store, carrierOf, crashPoint } = deps;

  async function attempt(delivery: Delivery): Promise<Attempt> {
    const carrier = carrierOf(delivery);
    try {
      const found = delivery.state === 'sending' ? await carrier.find(delivery) : undefined;
      if (found) return { delivery, carried: { kind: 'sent', receipt: found } };
    } catch (error) {
      if (!isAnswer(error)) throw error;
      return { delivery, carried: carriedAfter(delivery, error) };
    }
    if (!(await deliveries.begin(delivery))) return 'taken';
    const begun: Delivery = { ...delivery, state: 'sending', attempts: delivery.attempts + 1 };
    return { delivery: begun, carried: await send(carrier, begun) };
  }

  async function send(carrier: Carrier, begun: Delivery): Promise<Carried> {
    const now = await store.now();
    try {
      await crashPoint?.(`${begun.op.kind}.before_send`);
      const carried = await carrier.send(begun, now);
      await crashPoint?.(`${begun.op.kind}.after_send`);
      if (carried.kind === 'later') await deliveries.release(begun, carried.problem);
      return carried;
    } catch (error) {
      if (isAnswer(error)) {
        if (error.retry === 'safe') await deliveries.release(begun, error.code, await askedPause(error));
        return carriedAfter(begun, error);
      }
      // What breaks us each time must not hold up all that waits behind it.
      const isHopeless = begun.attempts >= BROKEN_ATTEMPTS && !(error instanceof UpstreamError);
      if (!isHopeless) throw error;
      return { kind: 'undeliverable', problem: 'internal_error' };
    }
  }

  async function askedPause({ retryAfterMs }: UpstreamError): Promise<Instant | undefined> {
    return retryAfterMs === undefined ? undefined : plus(await store.now(), retryAfterMs);
  }

  /** Only what goes to the incident's own channel counts: that is where people wait for it. */
  async function lateness({ op }: Delivery): Promise<{ lateMs?: number }> {
    if (op.kind !== 'post' || op.message.id !== 'status-update' || !op.message.vars.update.slot) return {};
    return { lateMs: msBetween(op.message.vars.update.slot, await store.now()) };
  }

  async function settle({ delivery, carried }: Exclude<Attempt, 'taken'>): Promise<void> {
    const carrier = carrierOf(delivery);
    switch (carried.kind) {
      case 'sent':
        // The record first: after a crash in between, the attempt is repeated, looks, and records it again.
        await carrier.onSent?.(delivery);
        await deliveries.sent(delivery, carried.receipt);
        return deps.onAttempt?.({ kind: delivery.op.kind, sent: true, ...(await lateness(delivery)) });
      case 'undeliverable':
        await carrier.onTrouble?.(delivery, carried.problem, true);
        return deliveries.giveUp(delivery, carried.problem);
      case 'later':
        deps.onAttempt?.({ kind: delivery.op.kind, sent: false });
        return carrier.onTrouble?.(delivery, carried.problem, false);
    }
  }

  return async (lane) => {
    for (;;) {
      const delivery = await deliveries.next(lane);
      if (!delivery) return undefined;
      // Whatever comes into the lane during a pause that was asked for waits as well.
      if (delivery.notBefore && delivery.notBefore > (await store.now())) return delivery.notBefore;
      const attempted = await attempt(delivery);
      // Another worker has it and will go on with the lane.
      if (attempted === 'taken') return undefined;
      await settle(attempted);
      const { carried } = attempted;
      if (carried.kind === 'later') return plus(await store.now(), carried.afterMs);
    }
  };
}

/** What was tried, with the attempt's number as the store's fence knows it. */
type Attempt = { delivery: Delivery; carried: Carried } | 'taken';

/** Trouble of our own database is no answer of the other side: the job comes back for it. */
function isAnswer(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.service !== 'postgres';
}

function carriedAfter(delivery: Delivery, error: UpstreamError): Carried {
  if (error.retry === 'never') return { kind: 'undeliverable', problem: error.code };
  const backoff = Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(delivery.attempts, 10));
  return { kind: 'later', afterMs: error.retryAfterMs ?? backoff, problem: error.code };
}
