import type { Delivery, DeliveryStore, NewDelivery } from '../../src/app/ports/store.ts';
import type { Instant } from '../../src/core/shared/time.ts';

/** A delivery with what became of it. */
export interface DeliveryRow extends Omit<Delivery, 'state'> {
  state: 'pending' | 'sending' | 'sent' | 'failed' | 'superseded';
  problem?: string;
  receipt?: Record<string, string>;
}

/** The deliveries of a memory store, by the same rules as those of PostgreSQL. */
export function createMemoryDeliveries(): {
  deliveries: DeliveryStore;
  write(wanted: NewDelivery[], now: Instant): void;
  rows: DeliveryRow[];
} {
  const rows: DeliveryRow[] = [];
  const waits = (row: DeliveryRow) => row.state === 'pending' || row.state === 'sending';
  /** Only the attempt that was read, or begun, may be settled. */
  const own = ({ id, attempts }: Delivery) =>
    rows.find((row) => row.id === id && row.attempts === attempts && waits(row));

  function change(delivery: Delivery, to: Partial<DeliveryRow>): boolean {
    const row = own(delivery);
    if (row) Object.assign(row, to);
    return row !== undefined;
  }

  const deliveries: DeliveryStore = {
    async next(lane) {
      const waiting = rows.filter((row) => row.lane === lane && waits(row));
      const [head] = waiting;
      if (!head) return undefined;
      const mates = waiting.filter(
        (row) => head.state === 'pending' && head.join !== undefined && row.join === head.join,
      );
      const pending = mates.filter((row) => row.state === 'pending');
      if (pending.length < 2) return asDelivery(head);
      const newest = pending.at(-1) as DeliveryRow;
      newest.joined = pending.reduce((sum, row) => sum + row.joined, pending.length - 1);
      for (const row of pending) if (row !== newest) row.state = 'superseded';
      return asDelivery(newest);
    },
    begin: async (delivery) => change(delivery, { state: 'sending', attempts: delivery.attempts + 1 }),
    async sent(delivery, receipt) {
      change(delivery, { state: 'sent', receipt, problem: undefined });
    },
    async release(delivery, problem, notBefore) {
      change(delivery, { state: 'pending', problem, notBefore });
    },
    async giveUp(delivery, problem) {
      change(delivery, { state: 'failed', problem });
    },
    async waitingLanes(before) {
      const lanes = rows.filter((row) => waits(row) && row.createdAt < before).map(({ lane }) => lane);
      return [...new Set(lanes)].sort();
    },
    async depth() {
      const depth: Record<string, number> = {};
      for (const { lane } of rows.filter(waits)) {
        const kind = lane.split(':')[0] as string;
        depth[kind] = (depth[kind] ?? 0) + 1;
      }
      return depth;
    },
  };

  function write(wanted: NewDelivery[], now: Instant): void {
    for (const delivery of wanted) {
      if (rows.some(({ key }) => key === delivery.key)) continue;
      const id = String(rows.length + 1);
      rows.push({ ...delivery, id, state: 'pending', attempts: 0, createdAt: now, joined: 0 });
    }
  }
  return { deliveries, write, rows };
}

function asDelivery({ problem: _problem, receipt: _receipt, ...row }: DeliveryRow): Delivery {
  return structuredClone(row) as Delivery;
}
