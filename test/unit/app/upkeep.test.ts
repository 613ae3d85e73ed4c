import { describe, expect, test } from '@jest/globals';
import { createRememberOnCall, recallOnCall } from '../../../src/app/remember-on-call.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { createMemoryStore } from '../../fakes/memory-store.ts';
import { lostAnswer } from '../../fakes/outages.ts';
import { createFakePager } from '../../fakes/pager.ts';
import { createWorld } from '../../fakes/world.ts';
import { aPolicy, HOUR, MINUTE, NOON, noonPlus, SECOND } from '../../fixtures/incidents.ts';

describe('the people on call', () => {
  const query = { escalationPolicyIds: ['PPOLICY'], scheduleIds: [] };
  const ben = { name: 'Ben', email: 'ben@example.com', phone: '+1 202-555-0101', level: 1, via: 'Primary' };

  test('are kept with the time of the answer, for the day the pager is down', async () => {
    const clock = createFakeClock();
    const { notes } = createMemoryStore({ clock });
    const pager = createFakePager();
    pager.people = [ben, { name: 'Dana', email: undefined, phone: undefined, level: 2, via: 'Primary' }];
    const remember = createRememberOnCall({ pager, notes, query });
    await remember();
    clock.advance(HOUR);
    pager.outages.isDown = true;

    await expect(remember()).rejects.toMatchObject({ code: 'unreachable' });

    expect(await recallOnCall(notes)).toEqual({
      people: [ben, { name: 'Dana', level: 2, via: 'Primary' }],
      at: NOON,
    });
  });

  test('are not asked for where the profile names no policy or schedule', async () => {
    const { notes } = createMemoryStore({ clock: createFakeClock() });
    const pager = createFakePager();

    await createRememberOnCall({ pager, notes, query: { escalationPolicyIds: [], scheduleIds: [] } })();

    expect(pager.outages.calls).toEqual([]);
    expect(await recallOnCall(notes)).toBeUndefined();
  });

  test('that were kept in another form are unknown rather than wrong', async () => {
    const { notes } = createMemoryStore({ clock: createFakeClock() });
    await notes.remember('on-call', [{ who: 'Ben' }]);

    expect(await recallOnCall(notes)).toBeUndefined();
  });
});

describe('the sweep', () => {
  test('wakes what lost its jobs: timers and lanes, and nothing that is merely young', async () => {
    const world = await createWorld({ policy: aPolicy({ ladder: [] }) });
    const id = await world.declare();
    await world.run();
    world.memory.jobs.waiting.length = 0;
    world.clock.set(noonPlus(5 * MINUTE + 19 * SECOND));
    await world.ask({ type: 'add_note', text: 'a' }, 'amara', id);
    world.memory.jobs.waiting.length = 0;

    expect(await world.sweep()).toBe(0);
    world.clock.advance(2 * SECOND);
    expect(await world.sweep()).toBe(1);
    expect(world.memory.jobs.waiting).toEqual([{ queue: 'tick', data: { incidentId: id } }]);
    world.clock.advance(20 * SECOND);
    await world.sweep();

    expect(world.memory.jobs.waiting).toContainEqual({ queue: 'deliver', data: { lane: `incident:${id}` } });
    expect(world.memory.jobs.waiting).toContainEqual({ queue: 'deliver', data: { lane: `pager:${id}` } });
  });

  test('brings an incident back to life after all jobs were lost', async () => {
    const world = await createWorld({ policy: aPolicy({ ladder: [] }) });
    const id = await world.declare();
    world.memory.jobs.waiting.length = 0;
    await world.pass(20 * MINUTE);
    expect(world.chat.said('#ops')).toEqual([]);

    await world.sweep();
    await world.syncChannel(id);
    await world.pass(MINUTE);

    expect(world.chat.said('#ops')).toEqual(['broadcast-declared', 'broadcast-status']);
    await world.pass(15 * MINUTE);
    expect(world.chat.said('#ops')).toHaveLength(3);
  });
});

describe('a closed incident', () => {
  test('has its channel archived, after everything that was to be said there', async () => {
    const world = await createWorld({ policy: aPolicy({ ladder: [] }) });
    const id = await world.declare();
    await world.run();
    world.chat.outages.isDown = true;
    await world.ask({ type: 'resolve', summary: 'over' }, 'carol', id);
    await world.ask({ type: 'close' }, 'carol', id);
    await world.pass(MINUTE);
    world.chat.outages.isDown = false;

    await world.pass(MINUTE);

    const { channel } = await world.state(id);
    expect(channel?.archived).toBe(true);
    expect(world.chat.channel(channel?.id as string).isArchived).toBe(true);
    expect(world.chat.said(channel?.id as string).at(-1)).toBe('closed');
  });

  test('is archived once, also when the answer is lost', async () => {
    const world = await createWorld({ policy: aPolicy({ ladder: [] }) });
    const id = await world.declare();
    await world.run();
    world.chat.outages.failNext('archive', 'after', lostAnswer());
    await world.ask({ type: 'resolve', summary: 'over' }, 'carol', id);
    await world.ask({ type: 'close' }, 'carol', id);

    await world.pass(MINUTE);

    const events = await world.memory.store.events(id);
    expect(events.filter(({ type }) => type === 'channel_archived')).toHaveLength(1);
  });
});
