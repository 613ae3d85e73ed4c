import { expect, test } from '@jest/globals';
import { settingsOf } from '../../src/sandbox/slack/options.ts';
import { startUpstream } from '../../src/sandbox/slack/upstream.ts';
import { aWorkspace, SECRET, TOKEN } from './slack-helpers.ts';

test('the emulator’s limit of 5,000 calls for one token is not felt', async () => {
  const { team, bot } = settingsOf({
    users: [],
    channels: [],
    userGroups: [],
    bot: { token: TOKEN, signingSecret: SECRET },
  });
  const upstream = await startUpstream(team, [], bot);
  const refused: unknown[] = [];
  let left = 5_100;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const reply = await upstream.call('team.info', {});
      if (!reply.ok) refused.push(reply);
    }
  };

  await Promise.all(Array.from({ length: 20 }, worker));
  await upstream.close();

  expect(refused).toEqual([]);
});

test('people keep the ids their handles give, and may have their own', async () => {
  const workspace = await aWorkspace({
    users: [
      { handle: 'anna', realName: 'Anna' },
      { handle: 'ben.b', realName: 'Ben', id: 'U0BEN' },
    ],
    channels: [{ name: 'general' }],
    userGroups: [],
  });
  const said = await workspace.say('ben.b', 'general', 'hello');
  await workspace.close();

  expect(workspace.userId('anna')).toBe('U000000ANNA');
  expect(said.user).toBe('U0BEN');
  expect(workspace.channel('general')?.members).toEqual(['anna', 'ben.b']);
});

test('contradictions are told at the start', async () => {
  const anna = { handle: 'anna', realName: 'Anna' };
  const group = { handle: 'g', name: 'G', members: ['nobody'] };

  await expect(aWorkspace({ users: [anna, anna], userGroups: [], channels: [] })).rejects.toThrow(
    'Two people are called "anna"',
  );
  await expect(aWorkspace({ users: [anna], userGroups: [group], channels: [] })).rejects.toThrow(
    'Nobody in this workspace is called "nobody"',
  );
  await expect(aWorkspace({ users: [anna], userGroups: [], channels: [{ name: 'What?' }] })).rejects.toThrow(
    'Cannot make the channel "What?": invalid_name_specials',
  );
});
