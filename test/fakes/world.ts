import { createCallRung } from '../../src/app/call-rung.ts';
import { createCarrierOf } from '../../src/app/carriers.ts';
import type { CrashPoint } from '../../src/app/crash-point.ts';
import {
  createDecideIncident,
  type DecideIncident,
  type IncidentOutcome,
} from '../../src/app/decide-incident.ts';
import { createDeliverLane, type DeliverLane } from '../../src/app/deliver-lane.ts';
import { createInvitePeople } from '../../src/app/invite-people.ts';
import type { AnyQueue, JobData } from '../../src/app/ports/store.ts';
import { createPublishHome } from '../../src/app/publish-home.ts';
import { createReadIncidents, type ReadIncidents } from '../../src/app/read-incidents.ts';
import { createReadRecord, type ReadRecord } from '../../src/app/read-record.ts';
import { createReceivePagerEvent } from '../../src/app/receive-pager-event.ts';
import { createSweep } from '../../src/app/sweep.ts';
import { createSyncChannel } from '../../src/app/sync-channel.ts';
import { createTickIncident } from '../../src/app/tick-incident.ts';
import type { IncidentCommand } from '../../src/core/incident/commands.ts';
import type { Incident } from '../../src/core/incident/incident.ts';
import type { Policy } from '../../src/core/incident/policy.ts';
import { findService } from '../../src/core/profile/lookup.ts';
import type { Profile } from '../../src/core/profile/profile.ts';
import type { IncidentId } from '../../src/core/shared/ids.ts';
import { plus } from '../../src/core/shared/time.ts';
import { startWorkers } from '../../src/jobs/workers.ts';
import { anInput, aPerson, aPolicy, capabilitiesOf, personActor } from '../fixtures/incidents.ts';
import { aProfile } from '../fixtures/profile.ts';
import { createFakeCatalogue } from './catalogue.ts';
import { createFakeChat, type FakeChat } from './chat.ts';
import { createFakeClock, type FakeClock } from './clock.ts';
import { createFakeDirectory, type FakeDirectory } from './directory.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';
import { createFakePager, type FakePager } from './pager.ts';

/** A whole Lifeboat on fakes: every use case, and the workers that drive them when `run` is called. */
export interface World {
  clock: FakeClock;
  memory: MemoryStore;
  chat: FakeChat;
  pager: FakePager;
  directory: FakeDirectory;
  catalogue: ReturnType<typeof createFakeCatalogue>;
  policy: Policy;
  profile: Profile;
  decide: DecideIncident;
  deliverLane: DeliverLane;
  syncChannel: ReturnType<typeof createSyncChannel>;
  invite: ReturnType<typeof createInvitePeople>;
  callRung: ReturnType<typeof createCallRung>;
  receive: ReturnType<typeof createReceivePagerEvent>;
  publishHome: ReturnType<typeof createPublishHome>;
  sweep: ReturnType<typeof createSweep>;
  read: ReadIncidents;
  record: ReadRecord;
  /** What was warned of. */
  warnings: string[];
  /** What workers threw; the job came again a second later. */
  failures: unknown[];
  /** Asks in a person's name; `carol` may command. */
  ask(command: IncidentCommand, by?: string, id?: IncidentId): Promise<IncidentOutcome>;
  /** Declares in Amara's name, and answers with the id. */
  declare(changes?: Parameters<typeof anInput>[0]): Promise<IncidentId>;
  state(id: IncidentId): Promise<Incident>;
  /** Does all work that is due now, and what follows from it. */
  run(): Promise<void>;
  /** Lets time pass, doing each piece of work when its time comes. */
  pass(ms: number): Promise<void>;
}

export interface WorldOptions {
  policy?: Policy;
  profile?: Profile;
  crashPoint?: CrashPoint;
  channels?: { pattern: string; bookmarks: { title: string; url: string }[] };
}

const RETRY_MS = 1000;
const MOST_JOBS = 5000;

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const policy = options.policy ?? aPolicy();
  const profile = options.profile ?? aProfile();
  const { crashPoint } = options;
  const clock = createFakeClock();
  const memory = createMemoryStore({ clock });
  const { store, deliveries, notes } = memory;
  const chat = createFakeChat({ clock });
  for (const name of policy.broadcast) chat.addChannel(name.replace('#', ''));
  const pager = createFakePager();
  const directory = createFakeDirectory({ profile });
  const catalogue = createFakeCatalogue();
  const warnings: string[] = [];
  const failures: unknown[] = [];
  const log = { warn: (_fields: object, text: string) => void warnings.push(text) };

  const decide = createDecideIncident({ store, policy });
  const read = createReadIncidents({ store, policy });
  const deliverLane = createDeliverLane({
    deliveries,
    store,
    carrierOf: createCarrierOf({ chat, pager, catalogue, store, notes, decide, policy }),
    crashPoint,
  });
  const syncChannel = createSyncChannel({
    chat,
    catalogue,
    store,
    notes,
    decide,
    policy,
    channels: options.channels ?? { pattern: 'dr-{date}-{slug}', bookmarks: [] },
    log,
    crashPoint,
  });
  const invite = createInvitePeople({ chat, directory, store, decide, crashPoint });
  const callRung = createCallRung({ directory, decide });
  const publishHome = createPublishHome({ chat, catalogue, directory, read });
  const sweep = createSweep({ store, deliveries });
  const receive = createReceivePagerEvent({
    store,
    decide,
    serviceRule: (serviceId) => findService(profile, serviceId),
  });

  const handlers = new Map<AnyQueue, (data: never) => Promise<void>>();
  await startWorkers({
    queue: {
      async work<Q extends AnyQueue>(queue: Q, handler: (data: JobData<Q>) => Promise<void>) {
        handlers.set(queue, handler as (data: never) => Promise<void>);
      },
    },
    store,
    tick: createTickIncident({ decide }),
    deliverLane,
    syncChannel,
    invite,
    callRung,
    publishHome,
    sweep,
    rememberOnCall: async () => {},
    log,
  });

  async function run(): Promise<void> {
    for (let done = 0; ; done++) {
      const job = memory.jobs.take();
      if (!job) return;
      if (done > MOST_JOBS) throw new Error(`there is always something to do: ${JSON.stringify(job)}`);
      try {
        await handlers.get(job.queue)?.(job.data as never);
      } catch (error) {
        failures.push(error);
        memory.jobs.waiting.push({ ...job, startAfter: plus(clock.now(), RETRY_MS) } as typeof job);
      }
    }
  }

  let asked = 0;
  const world: World = {
    clock,
    memory,
    chat,
    pager,
    directory,
    catalogue,
    policy,
    profile,
    decide,
    deliverLane,
    syncChannel,
    invite,
    callRung,
    receive,
    publishHome,
    sweep,
    read,
    record: createReadRecord({ store, catalogue }),
    warnings,
    failures,
    ask(command, by = 'amara', id) {
      asked += 1;
      return decide({
        key: `ask:${asked}`,
        ...(id ? { id } : {}),
        command,
        actor: personActor(by),
        capabilities: capabilitiesOf(by),
      });
    },
    async declare(changes) {
      const outcome = await world.ask({ type: 'declare', input: anInput(changes) });
      if (outcome.kind === 'refused') throw new Error(outcome.refusal.refused);
      return outcome.stored.incident.id;
    },
    async state(id) {
      const stored = await store.load(id);
      if (!stored) throw new Error(`no incident ${id}`);
      return stored.incident;
    },
    run,
    async pass(ms) {
      const until = plus(clock.now(), ms);
      for (;;) {
        await run();
        const next = memory.jobs.nextStart();
        if (next === undefined || next > until) break;
        clock.set(next);
      }
      clock.set(until);
    },
  };
  for (const [name, roles] of Object.entries(STAFF)) directory.add(aPerson(name), { roles });
  return world;
}

/** Who is there, with their roles. */
const STAFF: Record<string, string[]> = {
  amara: [],
  ben: ['on-call'],
  dana: ['platform-lead'],
  elif: ['cto'],
  carol: ['incident-commander'],
};
