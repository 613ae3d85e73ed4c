import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createCatalogue } from '../../src/adapters/templates/catalogue.ts';
import { keepOwnTokens } from '../../src/adapters/templates/escape.ts';
import { FILTERS, OWN_FILTERS } from '../../src/adapters/templates/filters.ts';
import { REFUSALS, refuse } from '../../src/core/shared/refusal.ts';
import { AS_OF, HOSTILE, LONG, minimalIncident, typicalIncident } from '../fixtures/incident-views.ts';
import { MESSAGE_SAMPLES } from '../fixtures/message-variables.ts';
import { unescaped } from '../fixtures/mrkdwn.ts';
import {
  anEntry,
  BARE_RECORD,
  byAna,
  byLifeboat,
  byPager,
  FULL_RECORD,
  hostileEntry,
  RECORD_TYPES,
} from '../fixtures/record-entries.ts';

const ROOT = path.resolve('templates/messages');
const catalogue = createCatalogue({ root: ROOT });

describe('rendering', () => {
  test('escapes what people typed, and lets nobody ping by a title, a name or a note', () => {
    const incident = typicalIncident({ title: HOSTILE, description: LONG });
    const { text, blocks } = catalogue.render('card', { incident });

    expect(unescaped(text)).toEqual([]);
    expect(JSON.stringify(blocks)).toContain('&lt;!channel&gt;');
    expect(JSON.stringify(blocks)).not.toMatch(/<!(channel|here|everyone|subteam)/);
  });

  test('mentions people who have an account and names the others', () => {
    const [, , facts] = catalogue.render('card', { incident: typicalIncident() }).blocks;
    const named = catalogue.render('rung-called', {
      incident: typicalIncident(),
      rung: '1',
      people: [{ id: 'x', name: 'Max <Muster>', slack: 'not an account>' }],
      unreachable: [],
    });

    expect(facts).toMatchObject({
      facts: expect.arrayContaining([{ label: 'Commander', value: '<@U0ANA>' }]),
    });
    expect(JSON.stringify(named.blocks)).toContain('Max &lt;Muster&gt;');
  });

  test('tells times in UTC and in the zone of the reader, but in notifications in UTC alone', () => {
    const { text, blocks } = catalogue.render('broadcast-declared', { incident: typicalIncident() });

    expect(text).toContain('Next update 14:20 UTC.');
    expect(JSON.stringify(blocks)).toContain('<!date^1768486840^14:20 UTC ({time} for you)|14:20 UTC>');
  });

  test('rounds the clock so that nobody has less time than they read', () => {
    const clock = (elapsedMs: number, rtoMs = 900_000) => {
      const left = rtoMs - elapsedMs;
      const incident = typicalIncident({
        elapsedMs,
        rtoMs,
        rtoLeftMs: left,
        rto: left < 0 ? 'missed' : 'running',
      });
      return catalogue.render('card', { incident }).text.match(/Clock: (.*?)\. /)?.[1];
    };

    expect(clock(721_000)).toBe('13 min of 15 min; 2 min left');
    expect(clock(860_000)).toBe('15 min of 15 min; 40 s left');
    expect(clock(901_000)).toBe('16 min; 1 s over the target of 15 min');
    expect(clock(4_320_000, 7_200_000)).toBe('1 h 12 min of 2 h; 48 min left');
    expect(clock(93_600_000)).toBe('1 d 2 h; 1 d 1 h over the target of 15 min');
  });

  test('marks everything about a drill, whatever its template does', () => {
    const incident = minimalIncident({ kind: 'drill', real: false });

    expect(catalogue.render('card', { incident }).text).toMatch(/^\[DRILL\] 🔴 P1/);
    expect(catalogue.render('card', { incident }).blocks[0]).toMatchObject({
      text: expect.stringMatching(/^\[DRILL\] /),
    });
    expect(catalogue.render('recorded', { incident }).blocks[0]).toMatchObject({
      text: '[DRILL] Done, and in the record.',
    });
    expect(catalogue.form('note-form', { incident }).intro[0]).toEqual({ kind: 'text', text: '[DRILL]' });
    expect(catalogue.render('card', { incident: minimalIncident() }).text).not.toContain('[');
  });

  test('a late update says that it was late, and what it replaces', () => {
    const { text, blocks } = catalogue.render('status-update', {
      incident: typicalIncident(),
      update: { trigger: 'slot', slot: AS_OF, missed: 1, by: byLifeboat, nextDueAt: AS_OF },
      lateMs: 1_920_000,
      joined: 3,
    });
    const words = JSON.stringify(blocks);

    expect(text).toMatch(/No news\..* Sent 32 min late\.$/);
    expect(words).toContain('sent 32 min later.');
    expect(words).toContain('1 update before this one was missed');
    expect(words).toContain('It replaces 3 earlier updates that could not be sent in time.');
  });

  test('a missing variable is an error that names the template and the variable', () => {
    const { title: _, ...incident } = minimalIncident();

    expect(() => catalogue.render('topic', { incident: incident as never })).toThrow(
      /^message topic, text: undefined variable: incident\.title/,
    );
  });

  test('a form is not rendered as a message, nor a message as a form', () => {
    expect(() => catalogue.render('note-form', { incident: minimalIncident() })).toThrow(
      'note-form is a form, not a message',
    );
    expect(() => catalogue.form('card', { incident: minimalIncident() })).toThrow(
      'card is a message, not a form',
    );
  });

  test('buttons carry ids as they are, not as they are shown', () => {
    const { blocks } = catalogue.render('choose-incident', {
      ...MESSAGE_SAMPLES['choose-incident'].typical,
      command: 'note a<b & c',
    });
    const buttons = blocks.flatMap((block) => (block.kind === 'buttons' ? block.buttons : []));

    expect(buttons[0]?.value).toEqual({ incident: 'DR-20260115-001', command: 'note a<b & c' });
  });
});

describe('refusals', () => {
  test.each(REFUSALS)('%s says what, what did not happen, and what to do, also without details', (code) => {
    const { what, kept, next } = catalogue.refusal(refuse(code));

    for (const words of [what, kept, next]) {
      expect(words).toMatch(/^[“`A-Z].*[.?]$/);
      expect(words).not.toMatch(/undefined|\{\{|!| {2}/);
    }
  });

  test('fill in what the code knows, escaped', () => {
    const refusal = catalogue.refusal(
      refuse('severity.unknown', { word: '<!channel>', known: 'SEV-1, SEV-2' }),
    );

    expect(refusal.what).toBe('There is no severity “&lt;!channel&gt;”.');
    expect(refusal.next).toBe('Use one of SEV-1, SEV-2.');
    expect(catalogue.refusal(refuse('status.already_paused', { until: AS_OF })).what).toContain('14:17 UTC');
  });

  test('stay safe on their way through the message', () => {
    const words = catalogue.refusal(refuse('region.unknown', { word: HOSTILE }));
    const { text, blocks } = catalogue.render('refusal', words);

    expect(text).toMatch(/^There is no region “&lt;!channel&gt; &lt;!here&gt;/);
    expect(text).not.toContain('&amp;lt;');
    expect([text, JSON.stringify(blocks)].flatMap((one) => one.match(/<!(?!date)/g) ?? [])).toEqual([]);
  });
});

describe('lines of the record', () => {
  test.each(RECORD_TYPES)(
    '%s is told in one safe line, with all data, with the least, and by anybody',
    (type) => {
      const lines = [FULL_RECORD, BARE_RECORD].flatMap((record) =>
        [byAna, byLifeboat, byPager, { kind: 'pagerduty' } as const].map((by) =>
          catalogue.line(anEntry(type, record, by)),
        ),
      );

      for (const line of [...lines, catalogue.line(hostileEntry(type))]) {
        expect(line).toMatch(/^\S[^\n]*\S$/);
        expect(line).not.toMatch(/undefined|\{\{|\[object| {2}| [.,;]/);
        expect(unescaped(line)).toEqual([]);
      }
    },
  );

  test('say who did what to whom', () => {
    expect(catalogue.line(anEntry('duty_taken'))).toBe('Ana Ruiz made <@U0BEN> commander, after Ana Ruiz.');
    expect(catalogue.line(anEntry('duty_taken', BARE_RECORD))).toBe('Ana Ruiz is now commander.');
    expect(catalogue.line(anEntry('rung_called', FULL_RECORD, byLifeboat))).toBe(
      'Nobody had answered, so Platform lead is called.',
    );
    expect(catalogue.line(anEntry('pager_changed', FULL_RECORD, byPager))).toBe(
      'A note was added in PagerDuty: Rebooting (Dana).',
    );
  });

  test('of a type or with data of another version are told nevertheless', () => {
    const entry = { seq: 1, at: AS_OF, by: byAna, data: {} };

    expect(catalogue.line({ ...entry, type: 'step_verified' })).toBe('Ana Ruiz: step verified.');
    expect(catalogue.line({ ...entry, type: 'duty_taken' })).toBe('Ana Ruiz: duty taken.');
  });
});

test('what was told once keeps its own tokens, and nothing else gets through', () => {
  const own = '<@U0ANA> <#C0DR1> <!date^1^{time}|14:05 UTC> <https://example.com|a> &lt;!here&gt;';

  expect(keepOwnTokens(own)).toBe(own);
  expect(keepOwnTokens('<!channel> <!subteam^S1> <!date^1|x> a & b <script>')).toBe(
    '&lt;!channel&gt; &lt;!subteam^S1&gt; &lt;!date^1|x&gt; a &amp; b &lt;script&gt;',
  );
});

test('the page about the words names every filter and every sentence', () => {
  const page = readFileSync(path.resolve('docs/messages.md'), 'utf8');
  const sentences = readFileSync(path.join(ROOT, 'sentences.yaml'), 'utf8').match(/^[a-z_]+(?=:)/gm) ?? [];

  for (const name of [...Object.keys(FILTERS), ...OWN_FILTERS, ...sentences]) {
    expect(page).toMatch(new RegExp(`\`${name}[\`:]`));
  }
});
