import type { Instant } from '../core/shared/time.ts';
import { plus } from '../core/shared/time.ts';
import { UpstreamError } from '../core/shared/upstream-error.ts';
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
  /** Told when a delivery could not be made for good, or for the time being. */
  onTrouble?(delivery: Delivery, problem: string, final: boolean): Promise<void>;
  /** Told after each success. */
  onSent?(delivery: Delivery): Promise<void>;
}

/** Named places where a test may stop the process; nothing in production. */
export type CrashPoint = (name: string) => Promise<void> | void;

const LONGEST_WAIT_MS = 15_000;

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
  onSent?: (delivery: Delivery, now: Instant) => void;
}): DeliverLane {
  const { deliveries, store, carrierOf, crashPoint } = deps;

  async function attempt(delivery: Delivery): Promise<Attempt> {
    const carrier = carrierOf(delivery);
    try {
      const found = delivery.state === 'sending' ? await carrier.find(delivery) : undefined;
      if (found) return { delivery, carried: { kind: 'sent', receipt: found } };
    } catch (error) {
      return { delivery, carried: later(delivery, error) };
    }
    if (!(await deliveries.begin(delivery))) return 'taken';
    const begun: Delivery = { ...delivery, state: 'sending', attempts: delivery.attempts + 1 };
    return { delivery: begun, carried: await send(carrier, begun) };
  }

  async function send(carrier: Carrier, begun: Delivery): Promise<Carried> {
    try {
      await crashPoint?.('deliver.before_send');
      const carried = await carrier.send(begun, await store.now());
      await crashPoint?.('deliver.after_send');
      if (carried.kind === 'later') await deliveries.release(begun, carried.problem);
      return carried;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (error.retry === 'never') return { kind: 'undeliverable', problem: error.code };
      if (error.retry === 'safe') await deliveries.release(begun, error.code);
      return later(begun, error);
    }
  }

  async function settle({ delivery, carried }: Exclude<Attempt, 'taken'>): Promise<void> {
    const carrier = carrierOf(delivery);
    switch (carried.kind) {
      case 'sent':
        await deliveries.sent(delivery, carried.receipt);
        deps.onSent?.(delivery, await store.now());
        return carrier.onSent?.(delivery);
      case 'undeliverable':
        await deliveries.giveUp(delivery, carried.problem);
        return carrier.onTrouble?.(delivery, carried.problem, true);
      case 'later':
        return carrier.onTrouble?.(delivery, carried.problem, false);
    }
  }

  return async (lane) => {
    for (;;) {
      const delivery = await deliveries.next(lane);
      if (!delivery) return undefined;
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

function later(delivery: Delivery, error: unknown): Carried {
  if (!(error instanceof UpstreamError)) throw error;
  const backoff = Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(delivery.attempts, 10));
  return { kind: 'later', afterMs: error.retryAfterMs ?? backoff, problem: error.code };
}
