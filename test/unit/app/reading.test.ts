import { describe, expect, test } from '@jest/globals';
import type { Incident } from '../../../src/core/incident/incident.ts';
import type { Requester } from '../../../src/core/shared/actor.ts';
import { isRefusal } from '../../../src/core/shared/refusal.ts';
import { varsOf } from '../../fakes/catalogue.ts';
import { createWorld, type World } from '../../fakes/world.ts';
import {
  anAlert,
  anInput,
  aPerson,
  aPolicy,
  capabilitiesOf,
  MINUTE,
  PAGERDUTY,
} from '../../fixtures/incidents.ts';

const policy = aPolicy({ pager: { page: false, notes: false } });

function requester(name: string, roles: string[] = []): Requester {
  return { person: aPerson(name), standing: 'member', roles, capabilities: capabilitiesOf(name) };
}

const guest: Requester = { person: aPerson('gus'), standing: 'guest', roles: [], capabilities: ['read'] };

describe('lists', () => {
  test('show what is open, newest first, and what ended lately; what is left out is counted', async () => {
    const world = await createWorld({ policy });
    const ids = [];
    for (let n = 0; n < 4; n++) {
      ids.unshift(await world.declare());
      world.clock.advance(MINUTE);
    }
    await world.ask({ type: 'resolve', summary: 'over' }, 'carol', ids[3]);

    const listing = await world.read.listing(guest, { open: 2 });

    expect(listing.open.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(listing.openTotal).toBe(3);
    expect(listing.recent.map(({ id }) => id)).toEqual([ids[3]]);
    expect(listing.asOf).toBe(world.clock.now());
  });

  test('stay short with 200 open incidents', async () => {
    const world = await createWorld({ policy });
    for (let n = 0; n < 200; n++) await world.declare();

    const listing = await world.read.listing(guest);

    expect(listing.open).toHaveLength(30);
    expect(listing.openTotal).toBe(200);
  });

  test('hide what is private from strangers, not from its people or from who may command', async () => {
    const world = await createWorld({ policy });
    const id = await world.declare({ private: true });
    const sees = async (who: Requester) => (await world.read.listing(who)).openTotal === 1;
    const finds = async (who: Requester) => !isRefusal(await world.read.find(id, who));

    for (const check of [sees, finds]) {
      expect(await check(requester('amara'))).toBe(true);
      expect(await check(requester('carol'))).toBe(true);
      expect(await check(requester('dana'))).toBe(false);
      expect(await check(guest)).toBe(false);
    }
  });
});

describe('finding by id', () => {
  test('takes it as people type it', async () => {
    const world = await createWorld({ policy });
    const id = await world.declare();

    expect(await world.read.find(` ${id.toLowerCase()} `, guest)).toMatchObject({ incident: { id } });
  });

  test.each(['DR-20260115-999', 'DR-1', 'hello', ''])('"%s" is not found', async (id) => {
    const world = await createWorld({ policy });

    expect(await world.read.find(id, guest)).toEqual({
      refused: 'incident.not_found',
      detail: { incident: id },
    });
  });

  test('what is private is not found rather than refused: its existence is a secret too', async () => {
    const world = await createWorld({ policy });
    const id = await world.declare({ private: true });

    expect(await world.read.find(id, requester('dana'))).toEqual({
      refused: 'incident.not_found',
      detail: { incident: id },
    });
  });
});

describe('look-alikes', () => {
  test('share a region, or a word that says something', async () => {
    const world = await createWorld({ policy });
    const id = await world.declare({ title: 'Gateway is down', regions: { from: 'us-east-1' } });
    const alike = async (title: string, from?: string) =>
      (await world.read.alike(requester('ben'), { title, ...(from ? { from } : {}) })).map(
        (found) => found.id,
      );

    expect(await alike('the gateway!')).toEqual([id]);
    expect(await alike('everything', 'us-east-1')).toEqual([id]);
    expect(await alike('the database is down')).toEqual([]);
    expect(await alike('everything', 'eu-west-1')).toEqual([]);
    expect(await alike('')).toEqual([]);
  });

  test('are never more than three', async () => {
    const world = await createWorld({ policy });
    for (let n = 0; n < 5; n++) await world.declare();

    expect(await world.read.alike(requester('ben'), { title: 'us-east-1' })).toHaveLength(3);
  });
});

describe('what waits for somebody', () => {
  async function waitsFor(world: World, who: Requester): Promise<string[]> {
    return (await world.read.waitingFor(who)).map(({ what }) => what);
  }

  test('a proposal waits for whoever may declare', async () => {
    const world = await createWorld({ policy });
    await world.decide({
      key: 'p',
      command: { type: 'propose', input: anInput(), alert: anAlert() },
      actor: PAGERDUTY,
      capabilities: [],
    });

    expect(await waitsFor(world, requester('ben'))).toEqual(['decide']);
    expect(await waitsFor(world, guest)).toEqual([]);
  });

  test('a call waits for the role that was called, until somebody answers', async () => {
    const world = await createWorld({ policy });
    const id = await world.declare();
    await world.run();

    expect(await waitsFor(world, requester('ben', ['on-call']))).toEqual(['answer']);
    expect(await waitsFor(world, requester('dana', ['platform-lead']))).toEqual([]);
    await world.ask({ type: 'acknowledge_rung' }, 'ben', id);
    expect(await waitsFor(world, requester('ben', ['on-call']))).toEqual([]);
  });

  test('command waits to be taken, and the first update for the commander', async () => {
    const world = await createWorld({ policy: aPolicy({ ladder: [] }) });
    const id = await world.declare();

    expect(await waitsFor(world, requester('carol'))).toEqual(['command']);
    await world.ask({ type: 'take_duty', duty: 'commander', holder: aPerson('ben') }, 'ben', id);
    expect(await waitsFor(world, requester('carol'))).toEqual([]);
    expect(await waitsFor(world, requester('ben'))).toEqual(['update']);
    const human = { situation: 'x', actions: '', needs: '' };
    await world.ask({ type: 'publish_status', human }, 'ben', id);
    expect(await waitsFor(world, requester('ben'))).toEqual([]);
  });
});

describe('the home tab', () => {
  test('shows one person what is open and what waits for them, also with 200 open incidents', async () => {
    const world = await createWorld({ policy: aPolicy({ ladder: [] }) });
    for (let n = 0; n < 200; n++) await world.declare();

    await world.publishHome({ userId: 'UCAROL', teamId: 'T1' });

    const home = varsOf(world.chat.homes.get('UCAROL') as never);
    expect(home).toMatchObject({ person: aPerson('carol'), openTotal: 200 });
    expect(home.open).toHaveLength(20);
    expect((home.waiting as unknown[]).length).toBe(200);
  });
});

describe('the record in words', () => {
  async function told() {
    const world = await createWorld({
      policy: aPolicy({ ladder: [], pager: { page: false, notes: false } }),
    });
    const id = await world.declare();
    await world.ask({ type: 'add_note', text: 'a' }, 'amara', id);
    await world.ask({ type: 'close' }, 'dana', id);
    const human = { situation: 'x', actions: '', needs: '' };
    await world.ask({ type: 'publish_status', human }, 'ben', id);
    await world.ask({ type: 'resolve', summary: 'over' }, 'carol', id);
    return { world, id };
  }

  test('the timeline is the whole of it, or its end, and says how much there is', async () => {
    const { world, id } = await told();

    const { lines, total } = await world.record.timeline(id, 3);

    expect(total).toBe(7);
    expect(lines.map(({ text }) => text)).toEqual([
      'status_published by Ben',
      'incident_resolved by Carol',
      'status_published by Carol',
    ]);
  });

  test('of nothing is empty', async () => {
    const { world } = await told();

    expect(await world.record.timeline('DR-20990101-001' as Incident['id'], 5)).toEqual({
      lines: [],
      total: 0,
    });
  });

  test('a late joiner is told what matters: no automatic updates, no refusals', async () => {
    const { world, id } = await told();

    const { lines, total } = await world.record.catchup(id);

    expect(total).toBe(7);
    expect(lines.map(({ text }) => text)).toEqual([
      'incident_declared by Amara',
      'note_added by Amara',
      'status_published by Ben',
      'incident_resolved by Carol',
    ]);
  });

  test('a late joiner is told the last dozen', async () => {
    const { world, id } = await told();
    for (let n = 0; n < 30; n++) await world.ask({ type: 'add_note', text: `${n}` }, 'amara', id);

    expect((await world.record.catchup(id)).lines).toHaveLength(12);
  });
});
