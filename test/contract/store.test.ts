import { createPool } from '../../src/adapters/postgres/connection.ts';
import { createDeliveryStore } from '../../src/adapters/postgres/deliveries.ts';
import { createNotesStore } from '../../src/adapters/postgres/notes.ts';
import { createIncidentStore } from '../../src/adapters/postgres/store.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { createMemoryStore } from '../fakes/memory-store.ts';
import { createTestDatabase } from '../fixtures/database.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { describeIncidentStore } from './store-suite.ts';

describeIncidentStore('memory', async () => {
  const clock = createFakeClock();
  const { store, deliveries, notes } = createMemoryStore({ clock });
  return { store, deliveries, notes, setNow: clock.set, stop: async () => {} };
});

describeIncidentStore('PostgreSQL', async () => {
  const clock = createFakeClock();
  const database = await createTestDatabase();
  const pool = createPool({ url: database.url, log: silentLog });
  const store = createIncidentStore({
    pool,
    // The queue has tests of its own.
    jobs: { enqueueIn: async () => {}, enqueue: async () => {}, wake: () => {} },
    now: clock.now,
  });
  return {
    store,
    deliveries: createDeliveryStore({ pool }),
    notes: createNotesStore({ pool }),
    setNow: clock.set,
    async stop() {
      await pool.end();
      await database.drop();
    },
  };
});
