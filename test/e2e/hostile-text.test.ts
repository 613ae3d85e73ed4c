import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/sandbox/slack/types.ts';

import { startTown, type Town } from '../fixtures/town.ts';
import {
  answered,
  declareByForm,
  expectNoComplaints,
  expectNothingLeaked,
  expectNothingLostNorDoubled,
  incidentTitled,
  quiet,
  recordOf,
  textsIn,
} from '../fixtures/town-state.ts';

let town: Town;

beforeAll(async () => {
  town = await startTown({ rateLimits: 'off', logLevel: 'trace' });
});

afterEach(async () => {
  await quiet(town);
  await expectNothingLostNorDoubled(town);
  expectNoComplaints(town);
});

afterAll(async () => {
  try {
    await expectNothingLeaked(town, ['all work and no play']);
  } finally {
    await town.stop();
  }
});

describe('text of every kind', () => {
  const EVIL =
    '<!channel> <!here|here> <!everyone> <@U000000GRACE> <!subteam^S1> & <https://evil.example|click me>';
  const LIVE = /<!(?:channel|here|everyone|subteam)|<@U000000GRACE|<https:\/\/evil\.example/;

  /** All texts in which Slack would look for mentions and links. */
  function parsedTexts(value: unknown): string[] {
    if (Array.isArray(value)) return value.flatMap(parsedTexts);
    if (typeof value !== 'object' || value === null) return [];
    const object = value as JsonObject;
    const isPlain = object.type === 'plain_text' || object.type === 'plain_text_input';
    const own = isPlain ? [] : ['text', 'topic', 'title', 'fallback'].flatMap((name) => object[name] ?? []);
    const inner = isPlain ? [] : Object.values(object).flatMap(parsedTexts);
    return [...own.filter((text) => typeof text === 'string'), ...inner];
  }

  /** All that the bot said since the start, in any way. */
  function everythingSaid(): string[] {
    const answers = town.slack.deliveries.map(({ result }) => result?.response);
    return [...town.slack.requests.map(({ args }) => args), ...answers].flatMap(parsedTexts);
  }

  function expectNothingLive(): void {
    const said = everythingSaid();
    expect(said.length).toBeGreaterThan(50);
    expect(said.filter((text) => LIVE.test(text))).toEqual([]);
  }

  test('what people type mentions nobody and links nowhere, wherever it is shown', async () => {
    const { slack, pager } = town;
    const title = `evil title ${EVIL}`;
    await declareByForm(town, { what: `${title}\n${EVIL}`, severity: 'SEV-1' });
    const { id, channel } = await incidentTitled(town, 'evil title');
    const name = channel?.name ?? '';
    const say = (text: string) =>
      answered(town, 'ben', () =>
        slack.command('ben', text.replaceAll('<', '&lt;').replaceAll('>', '&gt;'), { channel: name }),
      );
    await say(`note ${EVIL}`);
    await say(`status post ${EVIL}`);
    await say(`severity sev2 ${EVIL}`);
    await say(`role commander`);
    await say(`status pause 5 ${EVIL}`);
    await say(`mark detected now ${EVIL}`);
    await say(`link https://good.example/a|b ${EVIL}`);
    await say(`invite ${EVIL}`);
    await say(`${EVIL}`);
    await say('timeline');
    await say('catchup');
    await say('list');
    await say('');
    await slack.openHome('ben');
    await say(`resolve ${EVIL}`);
    await say(`reopen ${EVIL}`);
    await quiet(town);

    expectNothingLive();
    // It is shown all the same, as it was typed.
    expect(textsIn(town, name).join()).toContain('<!channel>');
    expect(slack.channel(name)?.topic).not.toMatch(LIVE);
    for (const { title: shown } of slack.channel(name)?.bookmarks ?? []) expect(shown).not.toMatch(LIVE);
    // PagerDuty reads plain text: as typed, without Slack's way of writing it.
    const pagerId = pager.incidents().find((one) => one.title.includes(id))?.id ?? '';
    expect(pager.notes(pagerId).map(({ content }) => content)).toContainEqual(
      expect.stringContaining('<!channel> <!here|here>'),
    );
    expect(JSON.stringify(pager.notes(pagerId))).not.toContain('&lt;');
  }, 60_000);

  test('what a person types as a live mention reaches others as words', async () => {
    const { slack } = town;
    await answered(town, 'ben', () =>
      slack.command('ben', 'declare sev3 live tokens <!channel> <!here> see <https://evil.example|this>', {
        channel: 'general',
      }),
    );
    await quiet(town);

    expectNothingLive();
    expect((await incidentTitled(town, 'live tokens')).title).toContain('@channel @here');
  });

  test('what PagerDuty tells mentions nobody either', async () => {
    const { pager, slack } = town;
    const pagerId = pager.fire({ service: 'PSVC001', title: `alert ${EVIL}`, client: EVIL });
    await pager.settled();
    pager.note(pagerId, 'Amara Okafor', EVIL);
    pager.setPriority(pagerId, 'Amara Okafor', 'P1');
    await pager.settled();
    await quiet(town);
    const { channel } = await incidentTitled(town, 'alert <!channel>');
    await answered(town, 'ben', () => slack.command('ben', 'timeline', { channel: channel?.name ?? '' }));

    expectNothingLive();
  });

  test('names of people are words, too', async () => {
    town.slack.setUser('farid', { realName: `<!here> ${EVIL}` });
    await answered(town, 'farid', () => town.slack.command('farid', 'whoami', { channel: 'general' }));
    await answered(town, 'farid', () =>
      town.slack.command('farid', 'declare sev3 named by an evil name', { channel: 'general' }),
    );
    await quiet(town);

    expectNothingLive();
  });

  test.each([
    ['control characters', 'nul \u0000 bell \u0007 escape \u001b[31m'],
    ['half a character', 'high \ud83d low \udd25 end'],
    ['text that turns around', 'safe \u202egnihtemos\u202c'],
  ])('%s', async (name, text) => {
    const { slack } = town;
    await declareByForm(town, { what: `kind of text: ${name} ${text}`, severity: 'SEV-2' });
    const { channel } = await incidentTitled(town, `kind of text: ${name}`);
    await answered(town, 'ben', () =>
      slack.command('ben', `note typed ${text}`, { channel: channel?.name ?? '' }),
    );
    await quiet(town);

    const texts = textsIn(town, channel?.name ?? '').join('\n');
    expect(texts).toContain('noted: typed');
    expect(texts).not.toContain('\u0000');
    expect(texts.isWellFormed()).toBe(true);
  });

  test('40,000 characters: declared, noted, posted, resolved; shortened where Slack has no room', async () => {
    const { slack } = town;
    const long = 'all work and no play '.repeat(1_905);
    const [answer] = await answered(town, 'amara', () =>
      slack.command('amara', `declare sev2 forty thousand ${long}`, { channel: 'general' }),
    );
    expect(answer).toContain('declared');
    await quiet(town);
    const { id, channel } = await incidentTitled(town, 'forty thousand');
    const where = { channel: channel?.name ?? '' };
    for (const text of ['note', 'status post', 'severity sev1', 'escalate', 'resolve', 'reopen']) {
      const [told] = await answered(town, 'ben', () => slack.command('ben', `${text} ${long}`, where));
      expect({ text, told }).not.toMatchObject({ told: expect.stringContaining('Lifeboat had a fault') });
    }
    await answered(town, 'ben', () => slack.command('ben', 'timeline', where));
    await answered(town, 'ben', () => slack.command('ben', 'catchup', where));
    await answered(town, 'ben', () => slack.command('ben', long, where));

    await quiet(town);
    const notes = (await recordOf(town, id)).filter(({ type }) => type === 'note_added');
    // Nothing of it is lost: the record has all.
    expect(JSON.stringify(notes[0]).length).toBeGreaterThan(39_000);
  }, 60_000);
});
