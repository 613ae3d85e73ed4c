import { describe, expect, test } from '@jest/globals';
import { createTalkingWorld, detailOf, type TalkingWorld } from '../../fakes/chatops.ts';
import { aPerson, aPolicy } from '../../fixtures/incidents.ts';
import { aProfile } from '../../fixtures/profile.ts';

/** Responding is for those on call; declaring for everybody. */
const profile = aProfile({
  roles: {
    'incident-commander': { title: 'Incident commander', members: ['group:@commanders'] },
    'on-call': { title: 'On call', members: ['group:@on-call'] },
  },
  permissions: { respond: ['on-call', 'incident-commander'] },
});

async function world(): Promise<TalkingWorld> {
  const made = await createTalkingWorld({
    profile,
    policy: aPolicy({ ladder: [], pager: { page: false, notes: false } }),
  });
  made.directory.add(aPerson('gus'), { standing: 'guest', roles: ['on-call'] });
  made.directory.add(aPerson('bot'), { standing: 'bot', roles: ['on-call'] });
  made.directory.add(aPerson('ext'), { standing: 'external', roles: ['on-call'] });
  return made;
}

async function lastRecord(w: TalkingWorld, id: Parameters<TalkingWorld['state']>[0]) {
  return (await w.memory.store.events(id)).at(-1);
}

describe('finding the command', () => {
  test('nothing typed is the menu', async () => {
    const w = await world();

    expect((await w.say('')).what).toBe('menu');
    expect((await w.say('   ')).what).toBe('menu');
  });

  test('an unknown word gets the nearest one, and what this person may do', async () => {
    const w = await world();

    const { what, vars } = await w.say('statsu now', 'gus');

    expect(what).toBe('help');
    expect(vars).toMatchObject({ word: 'statsu', nearest: 'status' });
    const offered = (vars.commands as { name: string }[]).map(({ name }) => name);
    expect(offered).toContain('list');
    expect(offered).not.toContain('declare');
    expect(offered).not.toContain('note');
  });

  test('what does not fit is answered with the usage', async () => {
    const w = await world();
    const { channelId } = await w.opened();

    const said = await w.say('mark lunch now', 'ben', channelId);

    expect(said.what).toBe('command.bad_input');
    expect(detailOf(said)).toMatchObject({
      usage: expect.stringMatching(/^\/dr mark </),
      problem: expect.stringMatching(/^say which mark/),
    });
  });

  test('control characters are no part of what was said', async () => {
    const w = await world();
    const { id, channelId } = await w.opened();

    await w.say('note\u0000 re\u0007booting', 'ben', channelId);

    expect(await lastRecord(w, id)).toMatchObject({ data: { text: 'rebooting' } });
  });
});

describe('finding the incident', () => {
  test('in its channel it is meant without being named', async () => {
    const w = await world();
    const { id, channelId } = await w.opened();
    await w.opened({ title: 'another' });

    const { what, vars } = await w.say('status', 'amara', channelId);

    expect(what).toBe('card');
    expect(vars).toMatchObject({ incident: { id } });
  });

  test('named by id it is meant anywhere, also in the channel of another', async () => {
    const w = await world();
    const { channelId } = await w.opened();
    const other = await w.opened({ title: 'another' });

    expect((await w.say(`status ${other.id.toLowerCase()}`, 'amara', channelId)).vars).toMatchObject({
      incident: { id: other.id },
    });
    await w.say(`note ${other.id} rebooting it`, 'ben', channelId);
    expect(await lastRecord(w, other.id)).toMatchObject({
      type: 'note_added',
      data: { text: 'rebooting it' },
    });
    await w.say(`status post ${other.id} nearly there`, 'ben', channelId);
    expect(await lastRecord(w, other.id)).toMatchObject({ data: { human: { situation: 'nearly there' } } });
    await w.say(`role scribe ${other.id} <@UDANA|dana>`, 'ben', channelId);
    expect((await w.state(other.id)).duties.scribe?.id).toBe('dana');
  });

  test('mentioned in what is said it is only mentioned', async () => {
    const w = await world();
    const { id, channelId } = await w.opened();
    const other = await w.opened({ title: 'another' });

    await w.say(`note like ${other.id} again`, 'ben', channelId);

    expect(await lastRecord(w, id)).toMatchObject({ data: { text: `like ${other.id} again` } });
    expect((await lastRecord(w, other.id))?.type).not.toBe('note_added');
  });

  test('that does not exist, or is private, is not found', async () => {
    const w = await world();
    const secret = await w.opened({ private: true });

    for (const id of ['DR-20260115-999', secret.id]) {
      const said = await w.say(`status ${id}`, 'dana');
      expect(said.what).toBe('incident.not_found');
      expect(detailOf(said)).toEqual({ incident: id });
    }
  });

  test('elsewhere the person is asked which, and the choice goes on with the very same words', async () => {
    const w = await world();
    const { id } = await w.opened();
    const asked = await w.say('note  rebooting  now', 'ben', 'C0LOBBY');
    expect(asked.what).toBe('choose-incident');
    expect(asked.vars).toMatchObject({ command: 'note  rebooting  now', open: [{ id }], openTotal: 1 });

    const chosen = await w.press('incident.pick', { incident: id, command: `${asked.vars.command}` }, 'ben');

    expect(chosen.what).toBe('recorded');
    expect(await lastRecord(w, id)).toMatchObject({ data: { text: 'rebooting  now' } });
  });

  test('where none is open there is nothing to choose', async () => {
    const w = await world();

    expect((await w.say('status')).what).toBe('incident.none_here');
  });

  test('what is too long for a button is not cut: it is asked for with the id', async () => {
    const w = await world();
    await w.opened();

    expect((await w.say(`note ${'x'.repeat(600)}`, 'ben')).what).toBe('incident.none_here');
  });
});

describe('who may', () => {
  test.each(['gus', 'ext'])(
    'guests and outsiders (%s) read, and do not act, whatever their roles',
    async (who) => {
      const w = await world();
      const { id, channelId } = await w.opened();

      for (const text of ['status', 'list', 'timeline', 'catchup', 'whoami', 'help', 'menu']) {
        expect((await w.say(text, who, channelId)).what).not.toMatch(/\./);
      }
      for (const text of [
        'note x',
        'declare sev1 x',
        'resolve x',
        'role commander',
        'ack',
        'invite on-call',
      ]) {
        expect((await w.say(text, who, channelId)).what).toBe('person.not_a_member');
      }
      for (const text of ['status post x', 'status pause 5 x', 'status resume']) {
        expect((await w.say(text, who, channelId)).what).toBe('person.not_a_member');
      }
      expect((await w.state(id)).people.map((person) => person.id)).not.toContain(who);
    },
  );

  test('bots and strangers do not even read', async () => {
    const w = await world();

    expect((await w.say('list', 'bot')).what).toBe('person.not_a_member');
    expect((await w.say('list', 'nobody')).what).toBe('person.unknown');
  });

  test('whoever lacks a role is told who could', async () => {
    const w = await world();
    const { channelId } = await w.opened();

    const said = await w.say('note x', 'dana', channelId);

    expect(said.what).toBe('permission.missing');
    expect(detailOf(said)).toEqual({ capability: 'respond', who: 'On call, Incident commander' });
  });

  test('a refused attempt on an incident is in its record, for commands, verbs and buttons alike', async () => {
    const w = await world();
    const { id, channelId } = await w.opened();

    await w.say('note x', 'dana', channelId);
    await w.say('status post x', 'dana', channelId);
    await w.say(`note ${id} x`, 'dana');
    await w.press('rung.acknowledge', { incident: id }, 'dana');

    const refused = (await w.memory.store.events(id)).filter(({ type }) => type === 'refused');
    expect(refused.map(({ actor, data }) => [actor.kind === 'person' && actor.id, data])).toEqual([
      ['dana', { command: 'note', code: 'permission.missing' }],
      ['dana', { command: 'status post', code: 'permission.missing' }],
      ['dana', { command: 'note', code: 'permission.missing' }],
      ['dana', { command: 'rung.acknowledge', code: 'permission.missing' }],
    ]);
    expect((await w.state(id)).people.map((person) => person.id)).not.toContain('dana');
  });

  test('while roles cannot be read nothing is allowed that needs one; reading is', async () => {
    const w = await world();
    const { id, channelId } = await w.opened();
    w.directory.unreadable = 'usergroups.users.list: ratelimited';

    const said = await w.say('note x', 'ben', channelId);

    expect(said.what).toBe('person.roles_unreadable');
    expect(detailOf(said)).toEqual({ why: 'usergroups.users.list: ratelimited' });
    expect((await w.say('status', 'ben', channelId)).what).toBe('card');
    expect((await lastRecord(w, id))?.type).toBe('refused');
  });

  test('the core has the last word, and its refusal is recorded too', async () => {
    const w = await world();
    const { id, channelId } = await w.opened();

    expect((await w.say('resolve all is well', 'ben', channelId)).what).toBe('permission.commander_only');

    expect(await lastRecord(w, id)).toMatchObject({ type: 'refused', data: { command: 'resolve' } });
  });
});

describe('buttons', () => {
  test('mean the incident they carry, not the channel they are in', async () => {
    const w = await world();
    const { channelId } = await w.opened();
    const other = await w.opened({ title: 'another' });

    expect((await w.press('status.show', { incident: other.id }, 'amara', channelId)).vars).toMatchObject({
      incident: { id: other.id },
    });
  });

  test('of what is gone or unknown are answered in words', async () => {
    const w = await world();

    expect((await w.press('status.show', { incident: 'DR-20200101-001' })).what).toBe('incident.not_found');
    expect((await w.press('status.show')).what).toBe('incident.none_here');
    expect(await w.press('bomb.drop')).toMatchObject({ what: 'help', vars: { word: 'bomb.drop' } });
  });

  test('pressed twice do it once', async () => {
    const w = await world();
    const { id } = await w.opened();
    const pressed = {
      account: { userId: 'UBEN', teamId: 'T1' },
      key: 'click:1',
      intent: 'duty.take',
      values: { incident: id, duty: 'commander' },
    };

    const answers = await Promise.all([w.router.intent(pressed), w.router.intent(pressed)]);

    expect(answers.map((answer) => answer.kind === 'message' && answer.message.text)).toEqual([
      'recorded',
      'recorded',
    ]);
    const taken = (await w.memory.store.events(id)).filter(({ type }) => type === 'duty_taken');
    expect(taken).toHaveLength(1);
  });
});

describe('trouble inside', () => {
  test('reaches the person as words and a short id, and the log with the same id', async () => {
    const w = await world();
    w.memory.store.list = () => Promise.reject(new Error('the database is gone'));

    const { what, vars } = await w.say('list');

    expect(what).toBe('fault');
    expect(vars.id).toMatch(/^[0-9a-f]{8}$/);
    expect(w.faults).toMatchObject([
      { faultId: vars.id, what: '/dr list', err: { message: 'the database is gone' } },
    ]);
    expect(JSON.stringify(vars)).not.toContain('database');
  });

  test('never rejects, whichever way it comes in', async () => {
    const w = await world();
    w.directory.requester = () => Promise.reject(new Error('broken'));

    expect((await w.say('list')).what).toBe('fault');
    expect((await w.press('list.show')).what).toBe('fault');
    expect((await w.send('declare.submit', {})).what).toBe('fault');
  });
});

describe('counting', () => {
  test('is by command and outcome; what people type makes no new names', async () => {
    const w = await world();
    const { channelId } = await w.opened();

    await w.say('status', 'amara', channelId);
    await w.say('STATUS', 'amara', channelId);
    await w.say('sev sev1 x', 'ben', channelId);
    await w.say('note x', 'dana', channelId);
    await w.say('gibberish-4711');
    await w.say('');
    await w.press('bomb.drop');
    await w.press('list.show');

    expect(w.handled).toEqual([
      '/dr status done',
      '/dr status done',
      '/dr severity refused',
      '/dr note refused',
      '/dr unknown done',
      '/dr menu done',
      'unknown done',
      'list.show done',
    ]);
  });
});

test('the rest is handed on: the home tab, changed people, channels archived by hand', async () => {
  const w = await world();
  const account = { userId: 'UBEN', teamId: 'T1' };

  await w.router.homeOpened({ account, key: 'k' });
  w.router.directoryChanged();
  await w.router.channelArchived({ channelId: 'C1', key: 'k' });

  expect(w.heard).toEqual(['home UBEN', 'archived C1']);
  expect(w.directory.forgotten).toBe(1);
});
