import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createForger, type Forger } from '../fixtures/forged.ts';
import { startTown, type Town } from '../fixtures/town.ts';
import {
  answered,
  declareByForm,
  expectNoComplaints,
  expectNothingLeaked,
  expectNothingLostNorDoubled,
  incidentTitled,
  posted,
  quiet,
  recordOf,
} from '../fixtures/town-state.ts';

/** Stands in the private incident and nowhere else. */
const WORD = 'zanzibar';

let town: Town;
let forge: Forger;

beforeAll(async () => {
  town = await startTown({ rateLimits: 'off', logLevel: 'trace' });
  forge = createForger(town);
});

afterEach(async () => {
  await quiet(town);
  await expectNothingLostNorDoubled(town);
  expectNoComplaints(town);
});

afterAll(async () => {
  try {
    await expectNothingLeaked(town, [WORD]);
  } finally {
    await town.stop();
  }
});

describe('a private incident', () => {
  let id = '';
  beforeAll(async () => {
    await declareByForm(town, {
      what: `${WORD} keys were stolen in us-east-1`,
      severity: 'SEV-1',
      from: 'us-east-1',
      private: ['private'],
    });
    id = (await incidentTitled(town, WORD)).id;
  });

  test('has a private channel, and is announced nowhere', async () => {
    const { channel } = await incidentTitled(town, WORD);

    expect(town.slack.channel(channel?.name ?? '')?.isPrivate).toBe(true);
    for (const { where, message } of posted(town)) {
      if (where !== channel?.name && !['amara', 'ben', 'ines', 'chidi', 'dana'].includes(where)) {
        expect({ where, text: JSON.stringify(message) }).not.toMatchObject({
          text: expect.stringContaining(WORD),
        });
      }
    }
  });

  test.each(['grace', 'hugo'])(
    '%s, who is not part of it, finds it in no way',
    async (outsider) => {
      const { slack } = town;
      for (const text of [
        ...['list', '', 'help', 'note about which', 'catchup'],
        ...[
          `status ${id}`,
          `timeline ${id}`,
          `catchup ${id}`,
          `note ${id} let me in`,
          `role ${id} commander`,
        ],
        ...[
          `severity ${id} sev1 look`,
          `ack ${id}`,
          `link ${id} https://a.example`,
          `invite ${id} <@${slack.userId(outsider)}>`,
        ],
      ]) {
        const [told] = await answered(town, outsider, () =>
          slack.command(outsider, text, { channel: 'general' }),
        );
        expect({ text, told }).not.toMatchObject({ told: expect.stringContaining(WORD) });
        if (text.includes(id)) expect(told).toMatch(/no incident DR-\S+ that you can see|Only full members/);
      }
      await slack.openHome(outsider);
      const home = await slack.waitFor(() => slack.home(outsider));
      expect(JSON.stringify(home)).not.toContain(WORD);
    },
    40_000,
  );

  test('an outsider who declares something alike is not warned of it', async () => {
    const { slack } = town;
    const [told] = await answered(town, 'grace', () =>
      slack.command('grace', `declare sev3 ${WORD} in us-east-1 again`, { channel: 'general' }),
    );
    expect(told).not.toContain(id);
    await slack.shortcut('grace', 'declare');
    const form = await slack.waitFor(() => slack.modal('grace'));
    expect(JSON.stringify(form)).not.toContain(id);
    await slack.closeView('grace');
  });

  test.each([
    'timeline.show',
    'catchup.show',
    'status.show',
    'status.open',
    'duty.take',
    'rung.acknowledge',
    'note.open',
    'severity.open',
    'resolve.open',
    'proposal.confirm',
    'nudge.snooze',
  ])('a forged button %s of an outsider does nothing and shows nothing', async (intent) => {
    const before = (await recordOf(town, id)).length;

    const [told] = await answered(town, 'grace', () =>
      forge.click('grace', { intent, incident: id, duty: 'commander', nudge: 'stale', minutes: '30' }),
    );

    expect(told).toContain(`There is no incident ${id} that you can see`);
    expect((await recordOf(town, id)).length).toBe(before);
  });

  test('a forged choice of incident, and a forged form, do nothing either', async () => {
    const before = (await recordOf(town, id)).length;

    const [picked] = await answered(town, 'grace', () =>
      forge.click('grace', { intent: 'incident.pick', incident: id, command: 'note let me in' }),
    );
    const [sent] = await answered(town, 'grace', () =>
      forge.submission('grace', 'note.submit', { incident: id }, { text: 'let me in' }),
    );

    expect(picked).toContain('that you can see');
    expect(sent).toContain('that you can see');
    expect((await recordOf(town, id)).length).toBe(before);
  });

  test('whoever was brought in sees it, and so do commanders', async () => {
    for (const insider of ['chidi', 'ben']) {
      const [told] = await answered(town, insider, () =>
        town.slack.command(insider, `status ${id}`, { channel: 'general' }),
      );
      expect(told).toContain(WORD);
    }
  });
});
