import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { FormValues } from '../../src/sandbox/slack/submissions.ts';
import type { JsonObject } from '../../src/sandbox/slack/types.ts';
import { startTown, type Town } from '../fixtures/town.ts';
import {
  allIncidents,
  answered,
  expectNoComplaints,
  expectNothingLostNorDoubled,
  incidentTitled,
  posted,
  quiet,
  recordOf,
  textsIn,
  whispersTo,
} from '../fixtures/town-state.ts';
import { postWebhook, SECRETS } from '../fixtures/town-world.ts';

let town: Town;

beforeAll(async () => {
  town = await startTown({ rateLimits: 'off', logLevel: 'trace' });
});

afterEach(async () => {
  await quiet(town);
  await expectNothingLostNorDoubled(town);
  expectNoComplaints(town);
});

afterAll(() => town?.stop());

/** A signed request whose fields are given one by one. */
function form(fields: Record<string, string>) {
  return town.slack.sendSigned({ body: new URLSearchParams(fields).toString() });
}

function commandFields(more: Record<string, string> = {}): Record<string, string> {
  return {
    command: '/dr',
    text: 'list',
    team_id: town.slack.teamId,
    channel_id: town.slack.channelId('general'),
    user_id: town.slack.userId('amara'),
    trigger_id: `made-up.${randomUUID()}`,
    response_url: `${town.slack.apiUrl.replace('/api/', '')}/response/nobody`,
    ...more,
  };
}

/** What Slack sends for a click, as far as it is read; made up by hand. */
function click(handle: string, value: unknown, more: JsonObject = {}) {
  const payload = {
    type: 'block_actions',
    team: { id: town.slack.teamId },
    user: { id: town.slack.userId(handle), team_id: town.slack.teamId },
    channel: { id: town.slack.channelId('general') },
    container: { type: 'message', channel_id: town.slack.channelId('general'), message_ts: '1.0' },
    actions: [
      {
        type: 'button',
        action_id: 'forged',
        block_id: 'b',
        action_ts: randomUUID(),
        value: typeof value === 'string' ? value : JSON.stringify(value),
      },
    ],
    ...more,
  };
  return form({ payload: JSON.stringify(payload) });
}

function submission(handle: string, callbackId: string, context: JsonObject, values: Record<string, string>) {
  const fields = Object.entries(values).map(([name, value]) => [
    name,
    { value: { type: 'plain_text_input', value } },
  ]);
  const view = {
    id: `V${randomUUID()}`,
    type: 'modal',
    hash: '1.a',
    callback_id: callbackId,
    private_metadata: JSON.stringify({ context, channel: town.slack.channelId('general') }),
    state: { values: Object.fromEntries(fields) },
  };
  const user = { id: town.slack.userId(handle), team_id: town.slack.teamId };
  const payload = { type: 'view_submission', team: { id: town.slack.teamId }, user, view };
  return form({ payload: JSON.stringify(payload) });
}

async function declareByForm(values: FormValues): Promise<void> {
  const { slack } = town;
  while (slack.modal('amara')) await slack.closeView('amara');
  await slack.shortcut('amara', 'declare');
  await slack.waitFor(() => slack.modal('amara'), { what: 'the form' });
  expect(await slack.submitView('amara', values)).toMatchObject({ outcome: 'updated' });
  await quiet(town);
}

describe('requests that are none', () => {
  test.each<[string, string, string, number]>([
    ['JSON that breaks off', 'payload={"type":"block_act', 'application/x-www-form-urlencoded', 400],
    ['a list', 'payload=[]', 'application/x-www-form-urlencoded', 400],
    ['null', 'null', 'application/json', 400],
    ['a number', '42', 'application/json', 400],
    ['nothing', '', 'application/json', 400],
    ['plain text', 'hello', 'text/plain', 415],
    ['a file', '--x\r\n\r\n--x--', 'multipart/form-data; boundary=x', 415],
  ])('%s is refused in words', async (_, body, contentType, status) => {
    const answer = await town.slack.sendSigned({ body, contentType });

    expect(answer.status).toBe(status);
    expect(answer.body.length).toBeGreaterThan(5);
    expect(answer.body).not.toMatch(/at \w+ \(|node_modules|Error:/);
  });

  test('payloads that are not as Slack documents them harm nothing', async () => {
    const payloads: JsonObject[] = [
      {},
      { type: 'block_dance', user: { id: 'U1' } },
      { type: 'block_actions', user: { id: 'U1' }, actions: [] },
      { type: 'block_actions', actions: [{ action_id: 'x' }] },
      { type: 'view_submission', user: { id: 'U1' } },
      { type: 'shortcut', callback_id: 'of-an-older-version', user: { id: 'U1' } },
      JSON.parse('{"__proto__":{"type":"block_actions"},"type":"constructor"}'),
    ];

    // Bolt gives whoever could listen to it three seconds, so all come at once.
    const answers = await Promise.all(payloads.map((payload) => form({ payload: JSON.stringify(payload) })));

    for (const { status } of answers) expect(status).toBeLessThan(500);
    expect((await fetch(`${town.url()}/healthz`)).status).toBe(200);
  });

  test('a payload of a hundred thousand levels harms nothing', async () => {
    const deep = `{"type":"block_actions","a":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`;

    const answer = await form({ payload: deep });

    expect(answer.status).toBeLessThan(500);
    expect((await fetch(`${town.url()}/healthz`)).status).toBe(200);
  });

  test.each<[string, Parameters<Town['slack']['sendSigned']>[0], number]>([
    ['without a signature', { body: 'command=/dr', secret: null }, 401],
    ['with the signature of another secret', { body: 'command=/dr', secret: 'guessed' }, 401],
    ['with half a time stamp', { body: 'command=/dr', timestamp: '17x' }, 401],
    ['of two megabytes', { body: 'text='.padEnd(2_000_000, 'x') }, 413],
  ])('%s: refused', async (_, request, status) => {
    expect((await town.slack.sendSigned(request)).status).toBe(status);
  });

  test('another method, another path', async () => {
    expect((await fetch(`${town.url()}/slack/events`)).status).toBe(405);
    expect((await fetch(`${town.url()}/webhooks/pagerduty`)).status).toBe(405);
    expect((await fetch(`${town.url()}/../../etc/passwd`)).status).toBe(404);
  });

  test.each<[string, string | Buffer, number]>([
    ['JSON that breaks off', '{"event":', 500],
    ['of no kind', '{}', 500],
    ['of an unknown kind', '{"event":{"id":"1","event_type":"service.danced","data":{}}}', 202],
    ['too large', Buffer.alloc(700_000, 'x'), 413],
  ])('a signed webhook of PagerDuty: %s', async (_, body, status) => {
    expect((await postWebhook(town.url(), body)).status).toBe(status);
  });

  test('an unsigned webhook is refused', async () => {
    const answer = await fetch(`${town.url()}/webhooks/pagerduty`, { method: 'POST', body: '{}' });

    expect(answer.status).toBe(401);
  });

  test('another workspace is told that it is not served, and nothing is recorded', async () => {
    const before = (await allIncidents(town)).length;
    const text = 'declare sev1 not ours';

    const typed = await form(commandFields({ team_id: 'T0STRANGER', text }));
    const clicked = await click('amara', { intent: 'declare.open' }, { team: { id: 'T0STRANGER' } });

    expect(typed.body).toContain('does not serve this workspace');
    expect(clicked.status).toBe(200);
    expect((await allIncidents(town)).length).toBe(before);
  });
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
    await declareByForm({ what: `${title}\n${EVIL}`, severity: 'SEV-1' });
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
    await declareByForm({ what: `kind of text: ${name} ${text}`, severity: 'SEV-2' });
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

describe('a private incident', () => {
  const WORD = 'zanzibar';
  let id = '';
  beforeAll(async () => {
    await declareByForm({
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
      click('grace', { intent, incident: id, duty: 'commander', nudge: 'stale', minutes: '30' }),
    );

    expect(told).toContain(`There is no incident ${id} that you can see`);
    expect((await recordOf(town, id)).length).toBe(before);
  });

  test('a forged choice of incident, and a forged form, do nothing either', async () => {
    const before = (await recordOf(town, id)).length;

    const [picked] = await answered(town, 'grace', () =>
      click('grace', { intent: 'incident.pick', incident: id, command: 'note let me in' }),
    );
    const [sent] = await answered(town, 'grace', () =>
      submission('grace', 'note.submit', { incident: id }, { text: 'let me in' }),
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

describe('buttons that nobody made', () => {
  test.each<[string, unknown]>([
    ['of an intent that is none', { intent: 'constructor', incident: 'DR-20260101-001' }],
    ['of a prototype', '{"__proto__":{"intent":"declare.open"}}'],
    ['without an intent', { incident: 'DR-20260101-001' }],
    ['that is no JSON', 'DROP TABLE incident'],
    ['that is a list', '[1,2,3]'],
    ['with numbers', '{"intent":7}'],
    ['that is empty', ''],
    ['that is huge', { intent: 'note.submit', text: 'x'.repeat(100_000) }],
  ])('a value %s is answered in words', async (_, value) => {
    const before = (await allIncidents(town)).length;

    const [told] = await answered(town, 'amara', () => click('amara', value));

    expect(told).toMatch(
      /not one that Lifeboat knows|There is no command|no incident|belongs to no incident|help/i,
    );
    expect(told).not.toContain('Lifeboat had a fault');
    expect((await allIncidents(town)).length).toBe(before);
  });

  test.each(['timeline.show', 'duty.take', 'proposal.confirm', 'status.open', 'nudge.snooze'])(
    '%s with the id of nothing',
    async (intent) => {
      for (const incident of ['DR-20200101-999', 'DR-', "'; drop table lifeboat.event; --", '../../x', '']) {
        const [told] = await answered(town, 'amara', () =>
          click('amara', { intent, incident, nudge: 'stale', minutes: '30' }),
        );
        expect(told).toMatch(/no incident|belongs to no incident/);
      }
    },
  );

  test.each([
    { nudge: 'stale', minutes: '-5' },
    { nudge: 'stale', minutes: 'soon' },
    { nudge: 'everything', minutes: '30' },
    {},
  ])('a snooze of %j is refused in words', async (values) => {
    const { id } = await incidentTitled(town, 'live tokens');

    const [told] = await answered(town, 'ben', () =>
      click('ben', { intent: 'nudge.snooze', incident: id, ...values }),
    );

    expect(told).not.toContain('Lifeboat had a fault');
  });

  test('a form with values that it never offered', async () => {
    const before = (await allIncidents(town)).length;
    for (const values of [
      { what: 'forged severity', severity: 'SEV-0' },
      { what: 'forged region', severity: 'SEV-3', from: 'atlantis' },
      { what: 'forged level', severity: 'SEV-3', level: 'apocalypse' },
      { what: 'forged kind', severity: 'SEV-3', kind: 'constructor' },
    ]) {
      const answer = await submission(
        'amara',
        'declare.submit',
        {},
        values as unknown as Record<string, string>,
      );
      expect(answer.status).toBe(200);
    }
    await quiet(town);

    const made = (await allIncidents(town)).slice(before);
    expect(made.filter(({ kind }) => kind !== 'real')).toEqual([]);
    expect(made.map(({ title }) => title)).toEqual(['forged kind']);
    expect(whispersTo(town, 'amara').join()).not.toContain('Lifeboat had a fault');
  });
});

describe('people who may only read', () => {
  test.each(['guest', 'external', 'deactivated', 'bot'] as const)('a %s changes nothing', async (kind) => {
    town.slack.setUser('hugo', { kind });
    await town.slack.sendEvent({
      type: 'user_change',
      user: {
        id: town.slack.userId('hugo'),
        deleted: kind === 'deactivated',
        is_restricted: kind === 'guest',
        is_bot: kind === 'bot',
      },
    });
    const before = (await allIncidents(town)).length;
    const { id } = await incidentTitled(town, 'live tokens');

    const [declared] = await answered(town, 'hugo', () =>
      town.slack.command('hugo', 'declare sev1 by somebody else', { channel: 'general' }),
    );
    const [noted] = await answered(town, 'hugo', () =>
      town.slack.command('hugo', `note ${id} hello`, { channel: 'general' }),
    );
    const [taken] = await answered(town, 'hugo', () =>
      click('hugo', { intent: 'duty.take', incident: id, duty: 'commander' }),
    );

    for (const told of [declared, noted, taken]) expect(told).toContain('Nothing was changed');
    expect((await allIncidents(town)).length).toBe(before);
    expect((await recordOf(town, id)).some(({ type }) => type === 'note_added')).toBe(false);
  });
});

describe('what is written down', () => {
  test('no log line, no metric, no answer holds a secret or what people said in private', async () => {
    const metrics = await (await fetch(`${town.url()}/metrics`)).text();
    const ready = await (await fetch(`${town.url()}/readyz`)).text();
    const password = new URL(town.database.url).password;
    const said = JSON.stringify([town.slack.requests, town.slack.deliveries.map(({ result }) => result)]);
    const logs = town.logs.join('\n');

    for (const secret of [...SECRETS, password].filter((one) => one !== '')) {
      for (const text of [logs, metrics, ready, said]) expect(text.includes(secret)).toBe(false);
    }
    expect(logs).not.toContain('zanzibar');
    expect(metrics).not.toContain('zanzibar');
    expect(logs).not.toContain('all work and no play');
    expect(logs.length).toBeGreaterThan(1_000);
    // Somebody has to act only where PagerDuty sent what nobody can read, or nobody could be answered.
    const errors = town.errors().filter((line) => !/could not be read|could not be delivered/.test(line));
    expect(errors).toEqual([]);
  });
});
