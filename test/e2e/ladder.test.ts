import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTown, type Town } from '../fixtures/town.ts';
import {
  answered,
  eventCounts,
  expectNoComplaints,
  expectNothingLostNorDoubled,
  incidentTitled,
  quiet,
  textsIn,
} from '../fixtures/town-state.ts';

/** The example's ladder and reminders, minutes turned into seconds. */
function inSeconds(example: string): string {
  return example
    .replace(/after: 15m, roles: \[platform-lead\]/, 'after: 2s, roles: [platform-lead]')
    .replace(/after: 30m, roles: \[executive/, 'after: 4s, roles: [executive')
    .replace(/noCommander: \{[^}]*\}/, 'noCommander: { after: 1s, every: 1s, max: 2 }')
    .replace(/noUpdate: \{[^}]*\}/, 'noUpdate: { after: 3s, every: 60s, max: 1 }');
}

describe('escalation and reminders', () => {
  let town: Town;
  const texts = (who: string) => town.slack.dms(who).map((message) => town.slack.text(message, who));
  const declare = async (title: string) => {
    await answered(town, 'grace', () =>
      town.slack.command('grace', `declare sev1 ${title}`, { channel: 'general' }),
    );
    await town.slack.waitFor(async () => (await incidentTitled(town, title)).channel, { what: 'a channel' });
    return (await incidentTitled(town, title)).channel!.name;
  };

  beforeAll(async () => {
    town = await startTown({ rateLimits: 'off', profile: inSeconds });
  });
  afterAll(() => town?.stop());

  test('nobody answers: one rung after the other is called, each person once, brought in and told', async () => {
    const channel = await declare('Orders are lost');
    await town.slack.waitFor(() => texts('dana').length > 0, { timeoutMs: 15_000, what: 'the last rung' });
    await quiet(town);

    const said = textsIn(town, channel).join('\n');
    expect(said).toMatch(/On-call engineer: somebody[\s\S]*Platform lead: somebody[\s\S]*Executives and the/);
    expect(texts('ines')).toHaveLength(1);
    expect(texts('chidi')[0]).toContain('You are needed');
    expect(town.slack.channel(channel)?.members).toEqual(expect.arrayContaining(['dana', 'grace', 'ines']));
    expect(
      (await answered(town, 'grace', () => town.slack.command('grace', 'escalate', { channel })))[0],
    ).toContain('called already');
  }, 30_000);

  test('reminders are private, capped, and silenced by a click', async () => {
    const isReminder = (text: string) => text.includes('Reminder');
    const reminders = () => texts('grace').filter(isReminder);
    await town.slack.waitFor(() => reminders().length >= 3, { timeoutMs: 15_000, what: 'three reminders' });
    const { id } = await incidentTitled(town, 'Orders');

    expect(reminders().filter((text) => /commander/i.test(text.split('\n')[0] ?? ''))).toHaveLength(2);
    const reminder = town.slack.dms('grace').findLast((message) => isReminder(town.slack.text(message)));
    const [answer] = await answered(town, 'grace', () =>
      town.slack.click('grace', { channel: 'dm', ts: reminder!.ts, label: 'Remind me in 30 min' }),
    );
    expect((await eventCounts(town, id)).nudge_snoozed).toBe(1);
    expect(answer).toContain('Done');
  }, 30_000);

  test('answered, the ladder stops; resolved, everything stops', async () => {
    const channel = await declare('Search is slow');
    await town.slack.waitFor(() => textsIn(town, channel).some((text) => text.includes('I have it')), {
      what: 'the call',
    });
    await answered(town, 'amara', () => town.slack.click('amara', { channel, label: 'I have it' }));
    await answered(town, 'ben', () => town.slack.command('ben', 'role commander', { channel }));
    await answered(town, 'ben', () => town.slack.command('ben', 'resolve it was a test', { channel }));
    await quiet(town);
    const { id } = await incidentTitled(town, 'Search');
    const before = await eventCounts(town, id);
    // Longer than every rung and reminder of this profile.
    await new Promise((resolve) => setTimeout(resolve, 5000));

    expect(await eventCounts(town, id)).toEqual(before);
    expect(before.rung_called).toBe(1);
    expect(before.ladder_acknowledged).toBe(1);
  }, 30_000);

  test('nothing was lost, doubled or complained of', async () => {
    await quiet(town);
    await expectNothingLostNorDoubled(town);
    expectNoComplaints(town);
    expect(town.errors()).toEqual([]);
  });
});
