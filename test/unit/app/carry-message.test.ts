import { describe, expect, test } from '@jest/globals';
import { varsOf } from '../../fakes/catalogue.ts';
import type { FakeMessage } from '../../fakes/chat.ts';
import { rateLimited } from '../../fakes/outages.ts';
import { createWorld, type World } from '../../fakes/world.ts';
import { aPerson, aPolicy, HOUR, MINUTE, NOON, noonPlus, SECOND } from '../../fixtures/incidents.ts';

const never = { afterMs: MINUTE, everyMs: MINUTE, max: 0 };
const quiet = aPolicy({
  ladder: [],
  nudges: { noCommander: never, noUpdate: never, stale: never },
  pager: { page: false, notes: false },
});

async function opened(policy = quiet) {
  const world = await createWorld({ policy });
  const id = await world.declare();
  await world.run();
  return { world, id, name: (await world.state(id)).channel?.name as string };
}

function messagesIn(world: World, name: string, text: string): FakeMessage[] {
  return world.chat.channel(name).messages.filter(({ message }) => message.text === text);
}

function lastUpdate(world: World, name: string) {
  return varsOf(messagesIn(world, name, 'status-update').at(-1)?.message as never);
}

describe('an update', () => {
  test('on time says nothing of being late', async () => {
    const { world, name } = await opened();

    await world.pass(15 * MINUTE);

    const update = lastUpdate(world, name);
    expect(update).toMatchObject({ update: { trigger: 'slot', slot: noonPlus(15 * MINUTE), missed: 0 } });
    expect(update).not.toHaveProperty('lateMs');
    expect(update).not.toHaveProperty('joined');
  });

  test('that leaves late says how late it is, by its slot', async () => {
    const { world, name } = await opened();
    world.chat.outages.isDown = true;
    await world.pass(20 * MINUTE);
    world.chat.outages.isDown = false;

    await world.pass(15 * SECOND);

    const lateMs = lastUpdate(world, name).lateMs as number;
    expect(lateMs).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(lateMs).toBeLessThan(6 * MINUTE);
  });

  test('that stands for others that waited says for how many', async () => {
    const { world, name } = await opened();
    world.chat.outages.isDown = true;
    await world.pass(61 * MINUTE);
    world.chat.outages.isDown = false;

    await world.pass(15 * SECOND);

    const updates = messagesIn(world, name, 'status-update');
    expect(updates).toHaveLength(2);
    expect(lastUpdate(world, name)).toMatchObject({
      update: { slot: noonPlus(60 * MINUTE), missed: 0 },
      joined: 3,
    });
  });

  test('by the clock that leaves late tells how things stand now', async () => {
    const { world, id, name } = await opened();
    world.chat.outages.isDown = true;
    await world.pass(16 * MINUTE);
    await world.ask({ type: 'take_duty', duty: 'commander', holder: aPerson('ben') }, 'ben', id);
    await world.pass(5 * MINUTE);
    world.chat.outages.isDown = false;

    await world.pass(15 * SECOND);

    expect(lastUpdate(world, name)).toMatchObject({
      update: { trigger: 'slot', slot: noonPlus(15 * MINUTE), nextDueAt: noonPlus(30 * MINUTE) },
      incident: { commander: aPerson('ben') },
    });
  });

  test('outside is joined and late in the same way', async () => {
    const { world } = await opened();
    world.chat.outages.isDown = true;
    await world.pass(31 * MINUTE);
    world.chat.outages.isDown = false;

    await world.pass(15 * SECOND);

    expect(world.chat.said('#ops')).toEqual(['broadcast-declared', 'broadcast-status']);
    const [, outside] = world.chat.channel('#ops').messages;
    expect(varsOf(outside?.message as never)).toMatchObject({ joined: 1, update: { trigger: 'slot' } });
  });

  test('by a person is late too when it is, and never joined', async () => {
    const { world, id, name } = await opened();
    world.chat.outages.isDown = true;
    for (const situation of ['one', 'two']) {
      await world.ask({ type: 'publish_status', human: { situation, actions: '', needs: '' } }, 'amara', id);
    }
    await world.pass(5 * MINUTE);
    world.chat.outages.isDown = false;

    await world.pass(15 * SECOND);

    const said = messagesIn(world, name, 'status-update')
      .slice(1)
      .map(({ message }) => varsOf(message));
    expect(said).toMatchObject([
      { update: { human: { situation: 'one' } }, lateMs: expect.any(Number) },
      { update: { human: { situation: 'two' } }, lateMs: expect.any(Number) },
    ]);
  });
});

describe('a message to a person', () => {
  test('goes to their direct channel', async () => {
    const { world } = await opened(aPolicy({ pager: { page: false, notes: false } }));

    await world.pass(5 * MINUTE);

    expect(world.chat.said('direct-UBEN')).toEqual(['rung-call']);
    expect(world.chat.said('direct-UAMARA')).toEqual(['nudge']);
  });

  test('without an account is recorded as not delivered', async () => {
    const { world, id } = await opened();
    const holder = aPerson('gus', { slack: undefined });
    await world.memory.store.transact((tx) =>
      tx.deliver([
        {
          key: 'nudge',
          incidentId: id,
          lane: 'person:gus',
          op: {
            kind: 'post',
            audience: { to: 'person', person: holder },
            message: { id: 'rung-call', vars: { incident: {} as never, person: holder } },
          },
        },
      ]),
    );

    await world.deliverLane('person:gus');

    expect((await world.memory.store.events(id)).at(-1)).toMatchObject({
      type: 'message_undeliverable',
      data: { message: 'rung-call', where: 'Gus', problem: 'nowhere_to_post' },
    });
  });

  test('calls or reminds nobody of what was over before it could leave', async () => {
    const { world, id } = await opened(aPolicy({ pager: { page: false, notes: false } }));
    world.chat.outages.isDown = true;
    await world.pass(16 * MINUTE);
    await world.ask({ type: 'resolve', summary: 'over' }, 'carol', id);
    await world.pass(HOUR);
    world.chat.outages.isDown = false;

    await world.pass(MINUTE);

    expect(world.chat.direct('UAMARA')?.messages ?? []).toEqual([]);
    expect(world.chat.direct('UDANA')?.messages ?? []).toEqual([]);
    const toPeople = world.memory.rows.filter(({ lane }) => /^person:(amara|dana)$/.test(lane));
    expect(toPeople.map(({ state, problem }) => problem ?? state)).toEqual(
      expect.arrayContaining(['overtaken']),
    );
    // Nobody missed anything: this is no trouble to be recorded.
    const types = (await world.memory.store.events(id)).map(({ type }) => type);
    expect(types).not.toContain('message_undeliverable');
  });

  test('that waited with others of its kind is said once', async () => {
    const { world } = await opened(aPolicy({ pager: { page: false, notes: false } }));
    world.chat.outages.isDown = true;
    await world.pass(26 * MINUTE);
    world.chat.outages.isDown = false;

    await world.pass(15 * SECOND);

    const nudges = world.chat.direct('UAMARA')?.messages.map(({ message }) => varsOf(message)) ?? [];
    expect(nudges.map(({ nudge, count }) => `${nudge} ${count}`).sort()).toEqual([
      'noCommander 3',
      'noUpdate 1',
    ]);
  });
});

describe('a message to a broadcast channel', () => {
  test('that nobody finds is recorded with its name', async () => {
    const world = await createWorld({ policy: quiet });
    world.chat.channels.splice(0, 1);
    const id = await world.declare();

    await world.pass(MINUTE);

    const lost = (await world.memory.store.events(id)).filter(({ type }) => type === 'message_undeliverable');
    expect(lost).toMatchObject([
      { data: { message: 'broadcast-declared', where: '#ops', problem: 'nowhere_to_post' } },
    ]);
  });

  test('leads to the channel of the incident, for which it waits a moment', async () => {
    const world = await createWorld({ policy: quiet });
    let refusals = 2;
    world.chat.outages.around = (method, when) => {
      if (method !== 'createChannel' || when !== 'before' || refusals === 0) return;
      refusals -= 1;
      throw rateLimited(SECOND);
    };
    const id = await world.declare();
    await world.run();
    expect(world.chat.said('#ops')).toEqual([]);

    await world.pass(4 * SECOND);

    const { channel } = await world.state(id);
    const [announced] = world.chat.channel('#ops').messages;
    expect(varsOf(announced?.message as never)).toMatchObject({
      incident: { channelId: channel?.id, channelName: channel?.name },
    });
  });

  test('does not wait for ever', async () => {
    const world = await createWorld({ policy: quiet });
    world.chat.outages.around = (method) => {
      if (method === 'createChannel') throw rateLimited(MINUTE);
    };
    await world.declare();

    await world.pass(11 * SECOND);

    expect(world.chat.said('#ops')).toEqual(['broadcast-declared']);
  });
});

test('when the pager is down, the last known people on call are named, with the age of that', async () => {
  const { world, id, name } = await opened();
  await world.memory.notes.remember('on-call', [
    { name: 'Ben', phone: '+1 202-555-0101', email: undefined, level: 1, via: 'Primary' },
  ]);
  await world.decide({
    key: 'down',
    id,
    command: { type: 'pager_unreachable', problem: 'timed_out' },
    actor: { kind: 'lifeboat' },
    capabilities: [],
  });

  await world.run();

  const [said] = messagesIn(world, name, 'pager-unreachable');
  expect(varsOf(said?.message as never)).toMatchObject({
    problem: 'timed_out',
    onCall: [{ name: 'Ben', phone: '+1 202-555-0101', level: 1, via: 'Primary' }],
    onCallAsOf: NOON,
  });
});
