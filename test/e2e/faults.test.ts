import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Incident } from '../../src/core/incident/incident.ts';
import { startTown, type Town } from '../fixtures/town.ts';
import {
  answered,
  eventCounts,
  expectNoComplaints,
  expectNothingLostNorDoubled,
  incidentTitled,
  posted,
  quiet,
  textsIn,
  whispersTo,
} from '../fixtures/town-state.ts';

/** The fault list of the field, replayed against two replicas. */
let town: Town;

type Open = Incident & { channel: { id: string; name: string } };

beforeAll(async () => {
  town = await startTown({ replicas: 2, rateLimits: 'off' });
});

afterEach(async () => {
  await town.slack.faults.clear();
  await quiet(town, 30_000);
  await expectNothingLostNorDoubled(town);
  expectNoComplaints(town);
});

afterAll(() => town?.stop());

async function declared(title: string, severity = 'sev1'): Promise<Open> {
  await town.slack.command('amara', `declare ${severity} ${title}`, { channel: 'general' });
  await quiet(town, 30_000);
  return (await incidentTitled(town, title.slice(0, 60))) as Open;
}

describe('(1) the same event three times, as Slack repeats it', () => {
  test('is recorded once', async () => {
    const { id, channel } = await declared('repeated event');
    const event = { type: 'channel_archive', channel: channel.id, user: town.slack.userId('ben') };
    await town.slack.archive('ben', channel.name);

    for (const retryNum of [undefined, 1, 2]) {
      const result = await town.slack.sendEvent(event, {
        eventId: 'Ev0REPEATED',
        ...(retryNum ? { retryNum, retryReason: 'http_timeout' } : {}),
      });
      expect(result.status).toBe(200);
    }

    await town.slack.waitFor(async () => (await eventCounts(town, id)).channel_archived === 1);
    await sleep(300);
    expect((await eventCounts(town, id)).channel_archived).toBe(1);
  });
});

describe('(2) a replica is killed', () => {
  test('between the answer and the work: another does the work', async () => {
    const victim = await town.addProcess();
    town.slack.deliverTo(`http://127.0.0.1:${victim.port}/slack/events`);
    const answer = await town.slack.command('amara', 'declare sev1 killed after ack', { channel: 'general' });
    await victim.kill();

    expect(JSON.stringify(answer.response)).toContain('killed after ack');
    await quiet(town, 30_000);
    const { channel } = await incidentTitled(town, 'killed after ack');
    expect(town.slack.channel(channel?.name ?? '')?.pins).toHaveLength(1);
  }, 60_000);

  test('between the commit and the answer: a repeat by Slack is the same, one by hand is warned', async () => {
    const victim = await town.addProcess();
    await victim.arm('declare.after_commit');
    town.slack.deliverTo(`http://127.0.0.1:${victim.port}/slack/events`);

    const lost = await town.slack.command('dana', 'declare sev1 no answer came', { channel: 'general' });

    expect(lost.failure).toBe('dispatch_failed');
    expect(whispersTo(town, 'dana').at(-1)).toContain('failed with the error');
    await victim.ended;
    const repeat = await town.slack.redeliver(lost.id, { retryNum: 1, retryReason: 'connection_failed' });
    const { id } = await incidentTitled(town, 'no answer came');
    expect(JSON.stringify(repeat.response)).toContain(id);
    // The person does not know, and types it once more: a new request, and a warning of the first.
    await town.slack.command('dana', 'declare sev1 no answer came, again', { channel: 'general' });
    expect(whispersTo(town, 'dana').at(-1)).toMatch(new RegExp(`open already.*${id}`, 's'));
  }, 60_000);

  test('before the commit: nothing has happened, and a repeat declares', async () => {
    const victim = await town.addProcess();
    await victim.arm('declare.before_commit');
    town.slack.deliverTo(`http://127.0.0.1:${victim.port}/slack/events`);

    const lost = await town.slack.command('dana', 'declare sev2 died too early', { channel: 'general' });

    expect(lost.failure).toBe('dispatch_failed');
    await victim.ended;
    await expect(incidentTitled(town, 'died too early')).rejects.toThrow('0 incidents');
    await town.slack.redeliver(lost.id);
    await incidentTitled(town, 'died too early');
  }, 60_000);
});

describe('(3) Slack wants us to slow down in one channel', () => {
  test('which holds up neither commands nor other channels; its words come later, in order, once', async () => {
    const slow = await declared('slow channel');
    const other = await declared('other channel');
    const limit = town.slack.faults.rateLimit(5, {
      method: 'chat.postMessage',
      channel: slow.channel.id,
      times: 1,
    });
    await town.slack.command('ben', 'note first of all', { channel: slow.channel.name });
    await town.slack.waitFor(() => limit.hits === 1);
    const limitedAt = Date.now();

    await town.slack.command('ben', 'note second thing', { channel: slow.channel.name });
    await town.slack.command('ben', 'note meanwhile here', { channel: other.channel.name });
    const listed = await town.slack.command('ben', 'list', { channel: 'general' });

    expect(listed.elapsedMs).toBeLessThan(2_500);
    await town.slack.waitFor(
      () => textsIn(town, other.channel.name).some((text) => text.includes('meanwhile here')),
      {
        timeoutMs: 4_000,
      },
    );
    expect(textsIn(town, slow.channel.name).join()).not.toContain('first of all');
    await quiet(town);
    const calls = town.slack.requests.filter(
      ({ method, args, at }) =>
        method === 'chat.postMessage' && args.channel === slow.channel.id && at > limitedAt,
    );
    expect((calls[0]?.at ?? 0) - limitedAt).toBeGreaterThan(4_800);
    const notes = textsIn(town, slow.channel.name).filter((text) => text.includes('noted'));
    expect(notes).toEqual([expect.stringContaining('first of all'), expect.stringContaining('second thing')]);
  });
});

describe('(4) the channel is made, but people cannot be brought in', () => {
  afterEach(() => {
    for (const handle of ['ines', 'ben', 'amara', 'chidi', 'dana'])
      town.slack.setUser(handle, { kind: 'member' });
  });

  test('one bad account stops nobody else, and is named', async () => {
    town.slack.setUser('ines', { kind: 'deactivated' });

    const { channel } = await declared('one bad account');

    expect(town.slack.channel(channel.name)?.members).toEqual(
      expect.arrayContaining(['amara', 'ben', 'chidi']),
    );
    expect(town.slack.channel(channel.name)?.members).not.toContain('ines');
    const told = textsIn(town, channel.name).filter((text) => text.includes('could not be invited'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('Ines');
  });

  test('when nobody can come, the incident goes on and says so', async () => {
    const refused = town.slack.faults.fail('cant_invite', { method: 'conversations.invite' });

    const { channel } = await declared('nobody can come');

    refused.clear();
    expect(town.slack.channel(channel.name)?.pins).toHaveLength(1);
    const told = textsIn(town, channel.name).filter((text) => text.includes('could not be invited'));
    expect(told.join()).toMatch(/Ben.*Ines/s);
  });

  test('an invitation that hangs holds up nothing else, and is made again', async () => {
    const hanging = town.slack.faults.hang({ method: 'conversations.invite', times: 1 });
    await town.slack.command('amara', 'declare sev1 hanging invitation', { channel: 'general' });

    await town.slack.waitFor(() => hanging.hits === 1);
    const channel = await town.slack.waitFor(() =>
      town.slack.channels().find(({ name }) => name.endsWith('hanging-invitation')),
    );
    await town.slack.waitFor(
      () =>
        town.slack.channel(channel.name)?.pins.length === 1 && town.slack.messages(channel.name).length >= 3,
      { timeoutMs: 4_500, what: 'card, update and call, without waiting for the invitation' },
    );
    await town.slack.waitFor(() => town.slack.channel(channel.name)?.members.includes('ben'), {
      timeoutMs: 15_000,
    });
  }, 40_000);
});

describe('(5) a name of 200 characters', () => {
  test.each([
    ['plain', 'x'.repeat(200)],
    ['of emoji and accents', `${'Überlastung 🔥 naïve café '.repeat(9)}`.slice(0, 200)],
    ['of no letter that a channel may have', '東京リージョンが応答しません。'.repeat(13)],
  ])('makes a channel, a card, a topic that fit: %s', async (_, title) => {
    const first = await declared(title);

    expect(first.channel.name.length).toBeLessThanOrEqual(80);
    expect(first.channel.name).toMatch(/^dr-\d{8}-[a-z0-9_-]+$/);
    const channel = town.slack.channel(first.channel.name);
    expect(channel?.topic.length).toBeLessThanOrEqual(250);
    expect(channel?.topic).toContain(title.slice(0, 20));
    expect(channel?.pins).toHaveLength(1);
  });

  test('and a second of the same name gets a suffix', async () => {
    await town.slack.command('dana', `declare sev2 ${'x'.repeat(200)}`, { channel: 'general' });

    await quiet(town);
    const names = town.slack.channels().filter(({ name }) => name.includes('xxxx'));
    expect(names).toHaveLength(2);
    for (const { name } of names) expect(name.length).toBeLessThanOrEqual(80);
    expect(names.map(({ name }) => name)).toContainEqual(expect.stringMatching(/x-2$/));
  });
});

describe('(8) a time stamp that is not of now', () => {
  test.each([
    ['six minutes old', -360_000],
    ['six minutes ahead', 360_000],
  ])('is refused, and nothing happens: %s', async (name, skewMs) => {
    town.slack.faults.clockSkew(skewMs);

    const answer = await town.slack.command('amara', `declare sev1 ${name}`, { channel: 'general' });

    expect(answer.status).toBe(401);
    await expect(incidentTitled(town, name)).rejects.toThrow('0 incidents');
  });

  test.each([-240_000, 240_000])('is taken when it is only a clock that differs: %i ms', async (skewMs) => {
    town.slack.faults.clockSkew(skewMs);

    expect((await town.slack.command('amara', 'list', { channel: 'general' })).status).toBe(200);
  });
});

describe('an answer of Slack is lost after it did what was asked', () => {
  test('nothing is made twice: channel, card, pin, bookmark, messages', async () => {
    const methods = [
      'conversations.create',
      'chat.postMessage',
      'pins.add',
      'bookmarks.add',
      'conversations.invite',
    ];
    const faults = methods.map((method) => town.slack.faults.dropReply({ method, times: 1 }));

    const { id, channel } = await declared('lost answers');

    expect(faults.map(({ hits }) => hits)).toEqual([1, 1, 1, 1, 1]);
    expect(town.slack.channels().filter(({ name }) => name.includes('lost-answers'))).toHaveLength(1);
    expect(posted(town).filter(({ key }) => key === `${id}:card`)).toHaveLength(1);
    expect(town.slack.channel(channel.name)?.pins).toHaveLength(1);
    expect(town.slack.channel(channel.name)?.bookmarks).toHaveLength(1);
    expect(town.slack.channel(channel.name)?.members).toEqual(
      expect.arrayContaining(['amara', 'ben', 'ines']),
    );
  }, 40_000);

  test('every message that may have arrived is looked for before it is sent again', async () => {
    const fault = town.slack.faults.dropReply({ method: 'chat.postMessage' });
    await town.slack.command('amara', 'declare sev1 all answers lost', { channel: 'general' });
    await town.slack.waitFor(() => fault.hits >= 4, { timeoutMs: 15_000 });
    fault.clear();

    await quiet(town, 30_000);
    const { id, channel } = await incidentTitled(town, 'all answers lost');
    const own = posted(town).filter(({ where }) => where === channel?.name);
    expect(own.map(({ key }) => key).filter((key) => key === `${id}:card`)).toHaveLength(1);
    expect(textsIn(town, channel?.name ?? '').filter((text) => text.includes('SEV-1 declared'))).toHaveLength(
      1,
    );
  }, 60_000);
});

describe('Slack is slow', () => {
  test('a command gets its answer later, and people are told so at once', async () => {
    town.slack.setUser('grace', { realName: 'Grace Lindqvist' });
    await town.slack.sendEvent({ type: 'subteam_members_changed' });
    town.slack.faults.slow(2_600, { method: 'users.info' });

    const [first, second] = await answered(
      town,
      'grace',
      () => town.slack.command('grace', 'whoami', { channel: 'general' }),
      2,
    );

    expect(first).toContain('working on it');
    expect(second).toContain('Grace');
  });
});
