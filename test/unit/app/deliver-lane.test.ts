import { describe, expect, test } from '@jest/globals';
import { UpstreamError } from '../../../src/core/shared/upstream-error.ts';
import { lostAnswer, rateLimited, refusedFor } from '../../fakes/outages.ts';
import { createWorld, type World, type WorldOptions } from '../../fakes/world.ts';
import { aPolicy, HOUR, MINUTE, SECOND } from '../../fixtures/incidents.ts';

const never = { afterMs: MINUTE, everyMs: MINUTE, max: 0 };

/** An incident with its channel open, everything said, and nothing but updates to come. */
async function openWorld(options: WorldOptions = {}) {
  const policy = aPolicy({
    ladder: [],
    nudges: { noCommander: never, noUpdate: never, stale: never },
    pager: { page: false, notes: false },
  });
  const world = await createWorld({ policy, ...options });
  const id = await world.declare();
  await world.run();
  const name = (await world.state(id)).channel?.name as string;
  return { world, id, name };
}

function note(world: World, id: Parameters<World['state']>[0], text: string) {
  return world.ask({ type: 'add_note', text }, 'amara', id);
}

/** The notes that people read in the channel, in order. */
function notesIn(world: World, name: string): string[] {
  return world.chat.channel(name).messages.flatMap(({ message }) => {
    const said = JSON.stringify(message.blocks);
    return /\\"type\\":\\"note_added\\".*?\\"text\\":\\"(.*?)\\"/.exec(said)?.[1] ?? [];
  });
}

function became(world: World, part: string): (string | undefined)[] {
  return world.memory.rows
    .filter(({ key }) => key.includes(part))
    .map(({ state, problem }) => problem ?? state);
}

describe('a lane', () => {
  test('says everything in the order in which it was decided', async () => {
    const { world, id, name } = await openWorld();
    for (const text of ['one', 'two', 'three']) await note(world, id, text);

    await world.run();

    expect(notesIn(world, name)).toEqual(['one', 'two', 'three']);
    expect(world.memory.rows.every(({ state }) => state === 'sent')).toBe(true);
  });

  test('keeps what was decided while Slack is away, and says it in order, once, when it is back', async () => {
    const { world, id, name } = await openWorld();
    world.chat.outages.isDown = true;
    await note(world, id, 'one');
    await world.pass(5 * MINUTE);
    await note(world, id, 'two');
    await world.pass(5 * MINUTE);
    expect(notesIn(world, name)).toEqual([]);

    world.chat.outages.isDown = false;
    await world.pass(15 * SECOND);

    expect(notesIn(world, name)).toEqual(['one', 'two']);
  });

  test('knocks no more than a few times a minute while Slack is away', async () => {
    const { world, id } = await openWorld();
    world.chat.outages.isDown = true;
    world.chat.outages.calls.length = 0;
    await note(world, id, 'one');

    await world.pass(10 * MINUTE);

    expect(world.chat.outages.calls.filter((method) => method === 'post').length).toBeLessThan(60);
  });

  test('of one channel does not wait for another', async () => {
    const { world, id, name } = await openWorld();
    world.chat.channel('#ops').isArchived = true;
    world.chat.outages.failNext('resolveChannel', 'before', rateLimited(HOUR));
    await world.ask(
      { type: 'publish_status', human: { situation: 'x', actions: '', needs: '' } },
      'amara',
      id,
    );

    await world.run();

    expect(world.chat.said(name).filter((text) => text === 'status-update')).toHaveLength(2);
    expect(world.chat.said('#leadership')).toEqual(['broadcast-declared', 'broadcast-status']);
  });
});

describe('an answer that never came', () => {
  test('is looked for before anything is sent again: what arrived is said once', async () => {
    const { world, id, name } = await openWorld();
    world.chat.outages.failNext('post', 'after', lostAnswer());
    await note(world, id, 'one');
    await note(world, id, 'two');

    await world.pass(10 * SECOND);

    expect(notesIn(world, name)).toEqual(['one', 'two']);
    expect(became(world, 'incident:')).not.toContain('failed');
  });

  test('to what did not arrive is no loss: it is sent again', async () => {
    const { world, id, name } = await openWorld();
    world.chat.outages.failNext('post', 'before', lostAnswer());
    await note(world, id, 'one');

    await world.pass(10 * SECOND);

    expect(notesIn(world, name)).toEqual(['one']);
  });

  test('while looking is no answer either: nothing is sent until it is known', async () => {
    const { world, id, name } = await openWorld();
    world.chat.outages.failNext('post', 'after', lostAnswer());
    world.chat.outages.failNext('findPosted', 'before', lostAnswer());
    await note(world, id, 'one');
    await world.run();
    world.chat.outages.calls.length = 0;

    await world.pass(1500);
    expect(world.chat.outages.calls).toEqual(['findPosted']);
    await world.pass(MINUTE);

    expect(notesIn(world, name)).toEqual(['one']);
  });

  test('where looking is refused for good makes way, and is recorded', async () => {
    const { world, id, name } = await openWorld();
    world.chat.outages.failNext('post', 'after', lostAnswer());
    world.chat.outages.failNext('findPosted', 'before', refusedFor('missing_scope'));
    await note(world, id, 'one');
    await note(world, id, 'two');

    await world.pass(MINUTE);

    expect(notesIn(world, name)).toEqual(['one', 'two']);
    const events = await world.memory.store.events(id);
    expect(events.filter(({ type }) => type === 'message_undeliverable')).toMatchObject([
      { data: { message: 'record-line', where: 'channel', problem: 'missing_scope' } },
    ]);
  });
});

describe('a rate limit', () => {
  test('is waited out for as long as Slack asked for, and nothing is lost', async () => {
    const { world, id, name } = await openWorld();
    world.chat.outages.failNext('post', 'before', rateLimited(30 * SECOND));
    await note(world, id, 'one');
    await world.run();
    world.chat.outages.calls.length = 0;

    await world.pass(29 * SECOND);
    expect(world.chat.outages.calls).toEqual([]);
    await world.pass(SECOND);

    expect(notesIn(world, name)).toEqual(['one']);
    expect(world.chat.outages.calls).toEqual(['post']);
  });
});

describe('a refusal for good', () => {
  test('is recorded, and the lane goes on', async () => {
    const { world, id, name } = await openWorld();
    world.chat.outages.failNext('post', 'before', refusedFor('msg_too_long'));
    await note(world, id, 'one');
    await note(world, id, 'two');

    await world.run();

    expect(notesIn(world, name)).toEqual(['two']);
    const events = await world.memory.store.events(id);
    expect(events.filter(({ type }) => type === 'message_undeliverable')).toMatchObject([
      { data: { message: 'record-line', where: 'channel', problem: 'msg_too_long' } },
    ]);
    expect(became(world, 'incident:')).toContain('msg_too_long');
  });

  test('by an archived channel is recorded once, and the words go on in the next channel', async () => {
    const { world, id, name } = await openWorld();
    world.chat.channel(name).isArchived = true;
    await note(world, id, 'one');

    await world.pass(HOUR);

    const events = await world.memory.store.events(id);
    expect(events.filter(({ type }) => type === 'message_undeliverable')).toHaveLength(1);
    const next = (await world.memory.store.load(id))?.incident.channel?.name ?? '';
    expect(next).toBe(`${name}-2`);
    expect(world.chat.channel(next).messages.length).toBeGreaterThan(4);
  });

  test('is recorded also when we die right then', async () => {
    const { world, id } = await openWorld();
    world.chat.outages.failNext('post', 'before', refusedFor('msg_too_long'));
    world.chat.outages.failNext('post', 'before', refusedFor('msg_too_long'));
    const { giveUp } = world.memory.deliveries;
    world.memory.deliveries.giveUp = () => {
      world.memory.deliveries.giveUp = giveUp;
      return Promise.reject(new Error('killed'));
    };
    await note(world, id, 'one');

    await world.pass(10 * SECOND);

    const events = await world.memory.store.events(id);
    expect(events.filter(({ type }) => type === 'message_undeliverable')).toHaveLength(1);
    expect(became(world, 'incident:')).toContain('msg_too_long');
  });
});

describe('a death in the middle', () => {
  test.each(['post.before_send', 'post.after_send'])('at %s: said once, in order', async (point) => {
    let isArmed = false;
    const crashPoint = (name: string) => {
      if (!isArmed || name !== point) return;
      isArmed = false;
      throw new Error('killed');
    };
    const { world, id, name } = await openWorld({ crashPoint });
    isArmed = true;
    await note(world, id, 'one');
    await note(world, id, 'two');

    await world.pass(10 * SECOND);

    expect(isArmed).toBe(false);
    expect(notesIn(world, name)).toEqual(['one', 'two']);
  });

  test('after Slack took it, before we noted that: said once', async () => {
    const { world, id, name } = await openWorld();
    const { sent } = world.memory.deliveries;
    world.memory.deliveries.sent = () => {
      world.memory.deliveries.sent = sent;
      return Promise.reject(new Error('killed'));
    };
    await note(world, id, 'one');

    await world.pass(10 * SECOND);

    expect(notesIn(world, name)).toEqual(['one']);
    expect(became(world, 'incident:')).toEqual(
      world.memory.rows.filter(({ key }) => key.includes('incident:')).map(() => 'sent'),
    );
  });
});

describe('two workers on one lane', () => {
  test('say everything once', async () => {
    const { world, id, name } = await openWorld();
    for (const text of ['one', 'two', 'three']) await note(world, id, text);

    await Promise.all([1, 2, 3].map(() => world.deliverLane(`incident:${id}`)));
    await world.run();

    expect(notesIn(world, name)).toEqual(['one', 'two', 'three']);
  });

  test('the one that comes second leaves the lane to the other', async () => {
    const { world, id } = await openWorld();
    await note(world, id, 'one');
    world.memory.deliveries.begin = async () => false;

    expect(await world.deliverLane(`incident:${id}`)).toBeUndefined();
  });
});

describe('trouble of our own', () => {
  test('in the database is no refusal of Slack: the word waits', async () => {
    const { world, id, name } = await openWorld();
    const { load } = world.memory.store;
    let failures = 3;
    world.memory.store.load = (wanted) => {
      failures -= 1;
      if (failures >= 0) throw new UpstreamError('postgres', 'access_denied', { retry: 'never' });
      return load(wanted);
    };
    await note(world, id, 'one');

    await world.pass(30 * SECOND);

    expect(notesIn(world, name)).toEqual(['one']);
    const events = await world.memory.store.events(id);
    expect(events.some(({ type }) => type === 'message_undeliverable')).toBe(false);
  });

  test('with one message holds up the others for a while, not for ever', async () => {
    const { world, id, name } = await openWorld();
    const { render } = world.catalogue;
    world.catalogue.render = (message, vars) => {
      if (JSON.stringify(vars).includes('"poison"')) throw new TypeError('a fault in a template');
      return render(message, vars);
    };
    await note(world, id, 'poison');
    await note(world, id, 'two');

    await world.pass(MINUTE);

    expect(notesIn(world, name)).toEqual(['two']);
    const events = await world.memory.store.events(id);
    expect(events.filter(({ type }) => type === 'message_undeliverable')).toMatchObject([
      { data: { problem: 'internal_error' } },
    ]);
  });
});

describe('before there is a channel', () => {
  test('what is to be said there waits, and is said as soon as it is open', async () => {
    const world = await createWorld();
    world.chat.outages.isDown = true;
    const id = await world.declare();
    await note(world, id, 'early');
    await world.pass(5 * MINUTE);
    expect(became(world, `incident:${id}`)).toContain('channel_not_open');
    expect(became(world, `incident:${id}`)).not.toContain('sent');

    world.chat.outages.isDown = false;
    await world.pass(SECOND);

    const { channel } = await world.state(id);
    const said = world.chat.said(channel?.name as string);
    expect(said.filter((text) => text === 'status-update')).toHaveLength(1);
    expect(notesIn(world, channel?.name as string)).toEqual(['early']);
  });

  test('nobody knocks twice a second while it cannot be opened', async () => {
    const world = await createWorld();
    world.chat.outages.isDown = true;
    const id = await world.declare();

    await world.pass(10 * MINUTE);

    const [first] = world.memory.rows.filter(({ lane }) => lane === `incident:${id}`);
    expect(first?.attempts).toBeGreaterThan(5);
    expect(first?.attempts).toBeLessThan(40);
  });
});
