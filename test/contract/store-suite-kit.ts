import type { DeliveryStore, IncidentStore, NewDelivery, NotesStore } from '../../src/app/ports/store.ts';
import type { IncidentId } from '../../src/core/shared/ids.ts';
import type { Instant } from '../../src/core/shared/time.ts';

/** A store, empty at first, and the clock it goes by. */
export interface StoreUnderTest {
  store: IncidentStore;
  deliveries: DeliveryStore;
  notes: NotesStore;
  setNow(now: Instant): void;
  stop(): Promise<void>;
}

let keys = 0;

/** A text that no other test uses. */
export function aKey(): string {
  keys += 1;
  return `key ${keys}`;
}

export function aDelivery(lane: string, text: string, join?: string): NewDelivery {
  return {
    key: `${lane} ${text}`,
    incidentId: 'DR-20260115-001' as IncidentId,
    lane,
    op: { kind: 'pager_note', text },
    ...(join ? { join } : {}),
  };
}
