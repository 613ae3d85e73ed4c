import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTown, type Town } from '../fixtures/town.ts';

describe('the life of an incident', () => {
  let town: Town;
  beforeAll(async () => {
    town = await startTown();
  });
  afterAll(() => town?.stop());

  test('one line declares it: channel, people, card, first status, broadcast', async () => {
    const { slack } = town;
    const answer = await slack.command('amara', 'declare sev1 us-east-1 is gone', { channel: 'general' });
    expect(answer.status).toBe(200);
    const channel = await slack.waitFor(() => slack.channels().find(({ name }) => name.startsWith('dr-')), {
      what: 'the channel',
    });
    console.log(slack.ephemerals('amara').map((m) => slack.text(m, 'amara')).join('\n---\n'));
    await slack.waitFor(() => slack.messages(channel.name).length >= 3, { what: 'messages' });
    await new Promise((r) => setTimeout(r, 1500));
    console.log(channel.name, JSON.stringify(slack.channel(channel.name), null, 1));
    console.log(slack.messages(channel.name).map((m) => slack.text(m, 'amara')).join('\n---\n'));
    console.log(slack.messages('ops').map((m) => slack.text(m, 'amara')).join('\n---\n'));
    console.log(town.errors, slack.refusals, slack.warnings);
    expect(slack.refusals).toEqual([]);
  });
});
