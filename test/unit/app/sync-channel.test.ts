import { describe, expect, test } from '@jest/globals';
import { LIFEBOAT } from '../../../src/core/shared/actor.ts';
import { varsOf } from '../../fakes/catalogue.ts';
import { lostAnswer, rateLimited, refusedFor } from '../../fakes/outages.ts';
import { createWorld, type World, type WorldOptions } from '../../fakes/world.ts';
import { aPerson, aPolicy, MINUTE } from '../../fixtures/incidents.ts';

const BOOKMARKS = [
  { title: 'Status page', url: 'https://status.example' },
  { title: 'Dashboards', url: 'https://dash.example' },
];
const channels = { pattern: 'dr-{date}-{slug}', bookmarks: BOOKMARKS };
const NAME = 'dr-20260115-us-east-1-is-gone';

type Id = Awaited<ReturnType<World['declare']>>;

/** An incident whose channel nobody has opened yet; the workers stand still. */
async function declared(options: WorldOptions = {}) {
  const world = await createWorld({
    channels,
    policy: aPolicy({ pager: { page: false, notes: false } }),
    ...options,
  });
  return { world, id: await world.declare() };
}

/** What the channel must be, however it came about. */
async function expectWhole(world: World, id: Id): Promise<void> {
  const ours = world.chat.channels.filter(({ isOurs }) => isOurs);
  expect(ours.map(({ name }) => name)).toEqual([NAME]);
  const [channel] = ours;
  const cards = channel?.messages.filter(({ message }) => message.text === 'card');
  expect(cards).toHaveLength(1);
  expect(channel?.pins).toEqual([cards?.[0]?.ts]);
  expect(channel?.topic).toBe('topic');
  expect(channel?.bookmarks).toEqual(BOOKMARKS);
  expect((await world.state(id)).channel).toEqual({ id: channel?.id, name: NAME });
  const opened = (await world.memory.store.events(id)).filter(({ type }) => type === 'channel_opened');
  expect(opened).toHaveLength(1);
}

function cardOf(world: World) {
  const found = world.chat.channel(NAME).messages.find(({ message }) => message.text === 'card');
  if (!found) throw new Error('no card');
  return found;
}

describe('the channel of an incident', () => {
  test('is made whole in one go', async () => {
    const { world, id } = await declared();

    await world.syncChannel(id);

    await expectWhole(world, id);
    expect(world.chat.channel(NAME).isPrivate).toBe(false);
  });

  test('that is whole is left alone', async () => {
    const { world, id } = await declared();
    await world.syncChannel(id);
    await world.syncChannel(id);
    world.chat.outages.calls.length = 0;

    await world.syncChannel(id);

    expect(world.chat.outages.calls).toEqual([]);
    await expectWhole(world, id);
  });

  test('is private for a private incident', async () => {
    const world = await createWorld({ channels });
    const id = await world.declare({ private: true });

    await world.syncChannel(id);

    expect(world.chat.channel(NAME).isPrivate).toBe(true);
  });

  test('whose name is taken gets a number', async () => {
    const { world, id } = await declared();
    world.chat.addChannel(NAME);
    world.chat.addChannel(`${NAME}-2`);

    await world.syncChannel(id);

    expect((await world.state(id)).channel?.name).toBe(`${NAME}-3`);
  });

  test('without any free name is not opened, and that is said', async () => {
    const { world, id } = await declared();
    world.chat.addChannel(NAME);
    for (let n = 2; n <= 20; n++) world.chat.addChannel(`${NAME}-${n}`);

    await expect(world.syncChannel(id)).rejects.toMatchObject({ code: 'no_free_channel_name' });
  });

  test('of an incident of the same name is left to it', async () => {
    const { world, id } = await declared();
    const other = await world.declare();
    // The other one asks for the same name and dies before it hears anything; meanwhile the first gets it.
    world.chat.outages.failNext('createChannel', 'before', lostAnswer());
    await expect(world.syncChannel(other)).rejects.toMatchObject({ code: 'timed_out' });
    await world.syncChannel(id);

    await world.syncChannel(other);

    expect((await world.state(id)).channel?.name).toBe(NAME);
    expect((await world.state(other)).channel?.name).toBe(`${NAME}-2`);
  });

  test('that is archived over our heads is replaced by another, with people, card and topic', async () => {
    const { world, id } = await declared();
    await world.syncChannel(id);
    const first = (await world.memory.store.load(id))?.incident.channel;
    world.chat.channel(first?.name ?? '').isArchived = true;

    await world.decide({
      key: 'a',
      id,
      command: { type: 'record_archived' },
      actor: LIFEBOAT,
      capabilities: [],
    });
    await world.syncChannel(id);

    const second = (await world.memory.store.load(id))?.incident.channel;
    expect(second?.id).not.toBe(first?.id);
    expect(second?.name).toBe(`${first?.name}-2`);
    expect(world.chat.channel(second?.name ?? '').pins).toHaveLength(1);
  });

  test('that is archived after the end is left in peace; what does not exist has none', async () => {
    const { world, id } = await declared();
    await world.syncChannel(id);
    await world.ask({ type: 'take_duty', duty: 'commander', holder: aPerson('carol') }, 'carol', id);
    await world.ask({ type: 'resolve', summary: 'over' }, 'carol', id);
    await world.decide({
      key: 'a',
      id,
      command: { type: 'record_archived' },
      actor: { kind: 'lifeboat' },
      capabilities: [],
    });
    world.chat.outages.calls.length = 0;

    await world.syncChannel(id);
    await world.syncChannel('DR-20990101-001' as Id);

    expect(world.chat.outages.calls).toEqual([]);
  });
});

test('the parts work side by side, and none forgets what another one noted', async () => {
  const { world, id } = await declared();
  const { notes } = world.memory;
  const { saveChannelNotes } = notes;
  let isSlow = true;
  notes.saveChannelNotes = async (wanted, patch) => {
    // The last bookmark's note is slow: it would land after that of the pin, which began later.
    const turns = isSlow && patch.bookmarks?.length === BOOKMARKS.length ? 500 : 0;
    if (turns > 0) isSlow = false;
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    await saveChannelNotes(wanted, patch);
  };

  await world.syncChannel(id);

  expect(await notes.channelNotes(id)).toMatchObject({
    cardTs: expect.any(String),
    cardHash: expect.any(String),
    pinned: true,
    topic: 'topic',
    bookmarks: BOOKMARKS.map(({ url }) => url),
  });
});

describe('the card', () => {
  test('is edited in place when the facts change, and only then', async () => {
    const { world, id } = await declared();
    await world.syncChannel(id);
    world.clock.advance(MINUTE);
    await world.syncChannel(id);
    expect(cardOf(world).edits).toBe(0);

    await world.ask({ type: 'change_severity', to: 'SEV-2', reason: 'half' }, 'carol', id);
    await world.syncChannel(id);

    expect(cardOf(world).edits).toBe(1);
    expect(varsOf(cardOf(world).message)).toMatchObject({ incident: { severity: 'P2' } });
    await expectWhole(world, id);
  });

  test('that is found again after a lost answer shows what is true by now', async () => {
    const { world, id } = await declared();
    world.chat.outages.failNext('post', 'after', lostAnswer());
    await expect(world.syncChannel(id)).rejects.toMatchObject({ code: 'timed_out' });
    await world.ask({ type: 'change_severity', to: 'SEV-2', reason: 'half' }, 'carol', id);

    await world.syncChannel(id);

    expect(varsOf(cardOf(world).message)).toMatchObject({ incident: { severity: 'P2' } });
    await expectWhole(world, id);
  });
});

describe('a part that fails', () => {
  test.each(['setTopic', 'pin', 'addBookmark', 'post'])(
    '(%s) does not stop the others, and comes again',
    async (method) => {
      const { world, id } = await declared();
      world.chat.outages.failNext(method, 'before', rateLimited(1000));

      await expect(world.syncChannel(id)).rejects.toMatchObject({ code: 'rate_limited' });
      const { topic, messages, bookmarks } = world.chat.channel(NAME);
      expect(
        [topic === 'topic', messages.length === 1, bookmarks.length > 0].filter(Boolean).length,
      ).toBeGreaterThanOrEqual(2);
      await world.syncChannel(id);

      await expectWhole(world, id);
    },
  );

  test('for good is left out, and said in the log; the job does not come back for it', async () => {
    const { world, id } = await declared();
    world.chat.outages.failNext('setTopic', 'before', refusedFor('missing_scope'));

    await world.syncChannel(id);

    expect(world.warnings).toEqual(['a part of the channel was refused for good']);
    expect(world.chat.channel(NAME).bookmarks).toEqual(BOOKMARKS);
    expect(world.chat.channel(NAME).messages).toHaveLength(1);
  });

  test('a bookmark that Slack does not take keeps no other one out', async () => {
    const { world, id } = await declared();
    world.chat.outages.failNext('addBookmark', 'before', refusedFor('invalid_link'));

    await world.syncChannel(id);
    await world.syncChannel(id);

    expect(world.chat.channel(NAME).bookmarks).toEqual(BOOKMARKS.slice(1));
    expect(world.warnings).toEqual(['a bookmark was refused for good']);
  });

  test('a bookmark that somebody set by hand is not doubled', async () => {
    const { world, id } = await declared();
    world.chat.outages.around = (method, when) => {
      if (method === 'createChannel' && when === 'after') {
        world.chat.channel(NAME).bookmarks.push({ title: 'mine', url: 'https://dash.example' });
      }
    };

    await world.syncChannel(id);

    expect(
      world.chat
        .channel(NAME)
        .bookmarks.map(({ url }) => url)
        .sort(),
    ).toEqual(['https://dash.example', 'https://status.example']);
  });
});

describe('the form that waits for the channel', () => {
  test('turns into the way there', async () => {
    const { world, id } = await declared();

    await world.syncChannel(id, 'V1');

    expect(world.chat.screens.get('V1')).toMatchObject({ title: id, message: { text: 'declare-ready' } });
  });

  test('says what is wrong, and the way there once it is right', async () => {
    const { world, id } = await declared();
    world.chat.outages.failNext('createChannel', 'before', refusedFor('restricted_action'));

    await expect(world.syncChannel(id, 'V1')).rejects.toMatchObject({ code: 'restricted_action' });
    const shown = world.chat.screens.get('V1');
    expect(shown?.message.text).toBe('declare-trouble');
    expect(varsOf(shown?.message as never)).toMatchObject({ problem: 'restricted_action' });
    await world.syncChannel(id, 'V1');

    expect(world.chat.screens.get('V1')?.message.text).toBe('declare-ready');
  });

  test('that was closed meanwhile is no trouble', async () => {
    const { world, id } = await declared();
    world.chat.outages.failNext('updateScreen', 'before', refusedFor('view_not_found'));

    await world.syncChannel(id, 'V1');

    await expectWhole(world, id);
  });
});

describe('a death at any moment', () => {
  /** Kills the process around the nth effect in Slack; tells whether there was one. */
  async function killAt(nth: number, when: 'before' | 'after') {
    const { world, id } = await declared();
    let count = 0;
    world.chat.outages.around = (_method, moment) => {
      if (moment !== when) return;
      count += 1;
      if (count === nth) throw new Error('killed');
    };
    const isKilled = await world.syncChannel(id).then(
      () => false,
      () => true,
    );
    world.chat.outages.around = undefined;
    return { world, id, isKilled };
  }

  test.each(['before', 'after'] as const)(
    '%s each call of Slack: one channel, one card, one pin, no doubled bookmark',
    async (when) => {
      let deaths = 0;
      for (let nth = 1; ; nth++) {
        const { world, id, isKilled } = await killAt(nth, when);
        if (!isKilled) break;
        deaths += 1;

        await world.syncChannel(id);
        await world.syncChannel(id);

        await expectWhole(world, id);
      }
      expect(deaths).toBeGreaterThanOrEqual(7);
    },
  );

  test('at each write of our own: the same', async () => {
    let deaths = 0;
    for (let nth = 1; ; nth++) {
      const { world, id } = await declared();
      const { notes } = world.memory;
      const { saveChannelNotes } = notes;
      let count = 0;
      notes.saveChannelNotes = (wanted, patch) => {
        count += 1;
        return count === nth ? Promise.reject(new Error('killed')) : saveChannelNotes(wanted, patch);
      };
      const isKilled = await world.syncChannel(id).then(
        () => false,
        () => true,
      );
      notes.saveChannelNotes = saveChannelNotes;
      if (!isKilled) break;
      deaths += 1;

      await world.syncChannel(id);
      await world.syncChannel(id);

      await expectWhole(world, id);
    }
    expect(deaths).toBeGreaterThanOrEqual(6);
  });

  test.each(['channel.after_create', 'card.after_post'])('at %s: the same', async (point) => {
    let isArmed = true;
    const crashPoint = (name: string) => {
      if (!isArmed || name !== point) return;
      isArmed = false;
      throw new Error('killed');
    };
    const { world, id } = await declared({ crashPoint });
    await expect(world.syncChannel(id)).rejects.toThrow('killed');

    await world.syncChannel(id);

    await expectWhole(world, id);
  });

  test('of two that work at once: the same', async () => {
    const { world, id } = await declared();
    await world.syncChannel(id);
    await world.ask({ type: 'change_severity', to: 'SEV-2', reason: 'half' }, 'carol', id);

    await Promise.all([world.syncChannel(id), world.syncChannel(id)]);
    await world.syncChannel(id);

    await expectWhole(world, id);
  });
});
