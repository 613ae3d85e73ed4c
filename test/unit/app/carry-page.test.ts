import { describe, expect, test } from '@jest/globals';
import { isOwnNote } from '../../../src/app/carry-page.ts';
import { lostAnswer, refusedFor } from '../../fakes/outages.ts';
import { createWorld, type World } from '../../fakes/world.ts';
import { anAlert, aPolicy, MINUTE, PAGERDUTY, SECOND } from '../../fixtures/incidents.ts';

const policy = aPolicy({ ladder: [] });
type Id = Parameters<World['state']>[0];

async function declared() {
  const world = await createWorld({ policy });
  const id = await world.declare();
  return { world, id };
}

async function typesIn(world: World, id: Id): Promise<string[]> {
  return (await world.memory.store.events(id)).map(({ type }) => type);
}

function note(world: World, id: Id, text: string) {
  return world.ask({ type: 'add_note', text }, 'amara', id);
}

describe('a page', () => {
  test('is raised once, under the incident’s own key', async () => {
    const { world, id } = await declared();

    await world.run();

    expect(world.pager.pages).toMatchObject([
      { dedupKey: id, summary: `P1 us-east-1 is gone (${id})`, severity: 'critical', source: 'Lifeboat' },
    ]);
  });

  test('leads to the channel once there is one', async () => {
    const { world, id } = await declared();
    await world.syncChannel(id);

    await world.run();

    const { channel } = await world.state(id);
    expect(world.pager.pages[0]?.link?.href).toBe(`https://chat.example/archives/${channel?.id}`);
  });

  test('without an answer is raised again: the key makes that harmless', async () => {
    const { world } = await declared();
    world.pager.outages.failNext('trigger', 'after', lostAnswer('pagerduty'));

    await world.pass(10 * SECOND);

    expect(world.pager.outages.calls.filter((call) => call === 'trigger')).toHaveLength(2);
    expect(world.pager.pages).toHaveLength(1);
  });

  test('goes out when the pager is back, and the channel hears of both, once', async () => {
    const { world, id } = await declared();
    world.pager.outages.isDown = true;
    await world.pass(5 * MINUTE);
    expect((await world.state(id)).pager.unreachableSince).toBeDefined();
    world.pager.outages.isDown = false;

    await world.pass(MINUTE);

    expect(world.pager.pages).toHaveLength(1);
    const types = await typesIn(world, id);
    expect(types.filter((type) => type === 'pager_unreachable')).toHaveLength(1);
    expect(types.filter((type) => type === 'pager_reachable')).toHaveLength(1);
    const { channel } = await world.state(id);
    expect(world.chat.said(channel?.id as string)).toContain('pager-unreachable');
  });

  test('that the pager refuses for good is said in the channel: nobody was woken', async () => {
    const { world, id } = await declared();
    world.pager.outages.failNext('trigger', 'before', refusedFor('not_configured', 'pagerduty'));

    await world.run();

    const { channel } = await world.state(id);
    expect(world.chat.said(channel?.id as string)).toContain('pager-unreachable');
    const told = (await world.memory.store.events(id)).find(({ type }) => type === 'pager_unreachable');
    expect(told).toMatchObject({ data: { problem: 'not_configured' } });
  });
});

describe('a note', () => {
  test('goes to the pager’s incident, with a mark to know it by', async () => {
    const { world, id } = await declared();
    await note(world, id, 'rebooting');

    await world.run();

    expect(world.pager.incidents[0]?.notes).toEqual([`rebooting (Lifeboat ${id}:3)`]);
    expect(isOwnNote(world.pager.incidents[0]?.notes[0] as string)).toBe(true);
  });

  test('waits until the pager has made its incident', async () => {
    const { world, id } = await declared();
    world.pager.isSlow = true;
    await note(world, id, 'rebooting');
    await world.run();
    expect(world.pager.incidents).toEqual([]);

    world.pager.isSlow = false;
    await world.pager.trigger({ dedupKey: id, summary: '', source: '', severity: 'critical', details: {} });
    await world.pass(3 * SECOND);

    expect(world.pager.incidents[0]?.notes).toHaveLength(1);
    expect(await typesIn(world, id)).not.toContain('pager_unreachable');
  });

  test('without an answer is looked for before it is added again', async () => {
    const { world, id } = await declared();
    await world.run();
    world.pager.outages.failNext('addNote', 'after', lostAnswer('pagerduty'));
    await note(world, id, 'one');
    await note(world, id, 'two');

    await world.pass(10 * SECOND);

    expect(world.pager.incidents[0]?.notes).toEqual([
      expect.stringMatching(/^one \(Lifeboat DR-20260115-001:\d+\)$/),
      expect.stringMatching(/^two/),
    ]);
  });

  test('for an incident that never comes is given up at last, in the record', async () => {
    const { world, id } = await declared();
    world.pager.isSlow = true;
    await note(world, id, 'rebooting');

    await world.pass(30 * MINUTE);

    const lost = (await world.memory.store.events(id)).filter(({ type }) => type === 'message_undeliverable');
    expect(lost).toMatchObject([
      { data: { message: 'pager_note', where: 'PagerDuty', problem: 'no_pager_incident' } },
    ]);
  });

  test('goes to the alert that opened the incident, where there is one', async () => {
    const { world, id } = await declared();
    world.pager.addIncident('PALERT1');
    await world.decide({
      key: 'alert',
      id,
      command: { type: 'pager_alert', alert: anAlert() },
      actor: PAGERDUTY,
      capabilities: [],
    });
    await note(world, id, 'rebooting');

    await world.run();

    expect(world.pager.incidents.find((incident) => incident.id === 'PALERT1')?.notes).toHaveLength(1);
  });
});

describe('the end', () => {
  test('closes our own page and every alert that is linked', async () => {
    const { world, id } = await declared();
    await world.run();
    world.pager.addIncident('PALERT1');
    await world.decide({
      key: 'alert',
      id,
      command: { type: 'pager_alert', alert: anAlert() },
      actor: PAGERDUTY,
      capabilities: [],
    });

    await world.ask({ type: 'resolve', summary: 'over' }, 'carol', id);
    await world.run();

    expect(world.pager.incidents.map(({ status }) => status)).toEqual(['resolved', 'resolved']);
  });

  test('comes after what was said before it, also after an outage', async () => {
    const { world, id } = await declared();
    await world.run();
    world.pager.outages.isDown = true;
    world.pager.outages.calls.length = 0;
    await note(world, id, 'one');
    await world.ask({ type: 'resolve', summary: 'over' }, 'carol', id);
    await world.pass(MINUTE);
    world.pager.outages.isDown = false;

    await world.pass(MINUTE);

    const effective = world.pager.outages.calls.slice(-3).filter((call) => call !== 'findIncident');
    expect(effective).toEqual(['addNote', 'resolve']);
  });
});

test.each([
  ['rebooting (Lifeboat DR-20260115-001:12)', true],
  ['rebooting (Lifeboat DR-20260115-001:12) \n', true],
  ['see (Lifeboat DR-20260115-001:12) for more', false],
  ['(Lifeboat DR-1:2)', false],
  ['', false],
])('a note "%s" is our own: %s', (text, isOwn) => {
  expect(isOwnNote(text)).toBe(isOwn);
});
