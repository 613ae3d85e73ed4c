import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createCatalogue } from '../../src/adapters/templates/catalogue.ts';
import { keepOwnTokens } from '../../src/adapters/templates/escape.ts';
import { MESSAGES, type MessageId } from '../../src/core/message/messages.ts';
import { REFUSALS, refuse } from '../../src/core/shared/refusal.ts';
import { LoadError } from '../../src/lib/load-directory.ts';
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
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A copy of the real messages with some files written anew. */
function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'messages-'));
  folders.push(folder);
  cpSync(ROOT, folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

function faultsOf(folder: string): string[] {
  try {
    createCatalogue({ root: folder });
  } catch (error) {
    if (error instanceof LoadError) return error.faults.map((fault) => fault.replace(`${folder}/`, ''));
    throw error;
  }
  return [];
}

/** The faults of one message that is written anew. */
function faultsIn(id: MessageId, text: string): string[] {
  return faultsOf(folderWith({ [`${id}.yaml`]: text }));
}

const original = (name: string) => readFileSync(path.join(ROOT, name), 'utf8');

describe('what fails the load', () => {
  test('a variable that is not there, with its file, its line and the nearest word', () => {
    const faults = faultsIn(
      'nudge',
      [
        'id: nudge',
        'variables: [incident]',
        'text: "{{ incident.titel }}"',
        'blocks:',
        '  - text: |',
        '      first line',
        '      {{ incident.commander.nmae }}',
      ].join('\n'),
    );

    expect(faults).toEqual([
      'nudge.yaml:3:1 text: incident.titel: incident has no titel; did you mean title?',
      'nudge.yaml:5:5 blocks[0].text: line 2 of the text: incident.commander.nmae: incident.commander has no nmae; did you mean name?',
    ]);
  });

  test('a variable that is not declared, declared for nothing, or not given at all', () => {
    const faults = faultsIn(
      'nudge',
      'id: nudge\nvariables: [incident, count, weather]\ntext: "{{ nudge }} {{ incident.id }}"',
    );

    expect(faults).toEqual([
      'nudge.yaml:2:23 variables[1]: count is declared but not used',
      'nudge.yaml:2:30 variables[2]: nudge is given no weather, only incident, nudge, count',
      'nudge.yaml:3:1 text: nudge: there is no variable nudge',
    ]);
  });

  const onlyText = (text: string) => faultsIn('card', `id: card\nvariables: [incident]\ntext: '${text}'`);

  test.each([
    ['{{ incident.commander.name }}', 'incident.commander is optional'],
    [
      '{% if incident.commander or incident.paused %}{{ incident.paused.by }}{% endif %}',
      'incident.paused is optional',
    ],
    [
      '{% if incident.commander %}{{ incident.id }}{% else %}{{ incident.commander.name }}{% endif %}',
      'is optional',
    ],
    ['{% unless incident.paused %}{{ incident.paused.by }}{% endunless %}', 'incident.paused is optional'],
    ['{{ incident.id | cut: incident.rtoMs }}', 'incident.rtoMs is optional'],
    ['{% for one in incident.alerts %}{{ one.title }}{% endfor %}', 'one.title is optional'],
    ['{% if incident.rtoMs != 5 %}{{ incident.rtoMs }}{% endif %}', 'incident.rtoMs is optional'],
  ])('what may be absent and is not guarded: %s', (text, reason) => {
    const [fault] = onlyText(text);

    expect(fault).toContain(reason);
  });

  test.each([
    '{% if incident.commander %}{{ incident.commander.name }}{% endif %}',
    '{% if incident.paused and incident.rtoMs %}{{ incident.paused.by }}{{ incident.rtoMs }}{% endif %}',
    '{% unless incident.paused %}{% else %}{{ incident.paused.by }}{% endunless %}',
    '{% if not incident.commander %}{{ incident.id }}{% else %}{{ incident.commander.name }}{% endif %}',
    '{{ incident.from | default: "nowhere" }}',
    '{% if incident.from == "x" %}{{ incident.from }}{% endif %}',
    '{% for one in incident.alerts %}{% if one.title %}{{ one.title }}{% endif %}{% endfor %}{{ incident.alerts.size }}',
    '{% case incident.from %}{% when "x" %}{{ incident.from }}{% endcase %}',
  ])('but not what is guarded: %s', (text) => {
    expect(onlyText(text.replaceAll("'", '"'))).toEqual([]);
  });

  test.each([
    ['{{ incident.id | shout }}', 'undefined filter: shout'],
    ['{{ incident.id | raw }}', 'undefined filter: raw'],
    ['{{ incident.title | duration }}', 'incident.title is a text, but duration takes a number'],
    ['{{ incident.commander | against_rto }}', 'incident.commander cannot be given to against_rto'],
    ['{% include "card" %}', 'tag "include" not found'],
    ['{% if incident.id %}', 'not closed'],
    ['{% for one in incident.id %}x{% endfor %}', 'incident.id is not a list'],
    [
      '{% if incident.rto == "lost" %}x{% endif %}',
      "incident.rto is never 'lost', only met, missed, running, unknown",
    ],
    ['{% case incident.rto %}{% when "lost" %}x{% endcase %}', "incident.rto is never 'lost'"],
    ['{% if incident.id == nil %}x{% endif %}', 'nil is not supported'],
    ['{{ incident["id"] }}{{ "a".size }}', 'not supported'],
  ])('what Liquid or a filter cannot do: %s', (text, reason) => {
    expect(onlyText(text).join('\n')).toContain(reason);
  });

  test.each([
    ['intent: declare.opne', 'there is no intent declare.opne; did you mean declare.open?'],
    ['intent: status.open', 'status.open needs the value incident'],
    ['intent: declare.open\n        value: { incident: x }', 'declare.open takes no incident'],
    ['intent: status.open\n        value: { incident: "{{ incident.di }}" }', 'incident has no di'],
    [`intent: declare.open\n        describe: ${'x'.repeat(76)}`, 'has more than 75 characters of its own'],
    ['intent: declare.open\n        colour: red', 'unknown key'],
    ['intent: declare.open\n        when: incident.nothing', 'incident has no nothing'],
    ['intent: declare.open\n        when: "incident.id %}{% endif %}{% if incident.id"', 'not one condition'],
    ['intent: declare.open\n        forEach: { as: one, in: incident.id }', 'incident.id is not a list'],
  ])('a button that leads nowhere or says too much: %s', (button, reason) => {
    const faults = faultsIn(
      'card',
      `id: card\nvariables: [incident]\ntext: "{{ incident.id }}"\nblocks:\n  - buttons:\n      - label: Go\n        ${button}`,
    );

    expect(faults.join('\n')).toContain(reason);
  });

  test.each([
    ['  - title: One\n    text: Two', 'expected exactly one of title, text, facts'],
    ['  - note: One\n    keep: end', 'keep belongs to a text'],
    [`  - title: ${'x'.repeat(121)}`, 'has more than 120 characters of its own'],
    ['  - text: "  "', 'expected some words'],
    [`  - buttons:${'\n      - { label: Go, intent: list.show }'.repeat(4)}`, '3'],
  ])('a block that is not one: %s', (block, reason) => {
    const faults = faultsIn('working', `id: working\ntext: Wait\nblocks:\n${block}`);

    expect(faults.join('\n')).toContain(reason);
  });

  test('a message of another name, a form that is none, a field without words', () => {
    expect(faultsIn('card', 'id: crad\ntext: x').join()).toContain(
      'the file is named card, but its id is crad',
    );
    expect(faultsIn('note-form', 'id: note-form\ntext: x').join()).toContain('note-form is a form');
    const form = (fields: string) => `form: { title: T, submit: S, close: C, fields: { ${fields} } }`;
    expect(faultsIn('card', `id: card\n${form('a: { label: A }')}`).join()).toContain('card is not a form');
    const faults = faultsIn('note-form', `id: note-form\n${form('txet: { label: A }')}`);
    expect(faults.join()).toContain('there are no words for the field text');
    expect(faults.join()).toContain('note-form has no field txet');
  });

  test('a file too few and a file too many, all told at once', () => {
    const folder = folderWith({ 'crad.yaml': 'id: crad', 'notes.txt': 'x', 'fault.yaml': 'id: fault' });
    rmSync(path.join(folder, 'card.yaml'));

    expect(faultsOf(folder)).toEqual(
      expect.arrayContaining([
        'card.yaml:1:1 this file is missing',
        'crad.yaml:1:1 there is no message crad; did you mean card?',
        expect.stringMatching(/^notes\.txt:1:1 there is no message notes\.txt/),
        expect.stringMatching(/^fault\.yaml:1:1 .*expected either text and blocks, or form/),
      ]),
    );
  });

  test('a refusal or a type of event without words, and one that does not exist', () => {
    const refusals = original('refusals.yaml').replace('severity.same:', 'severity.smae:');
    const lines = original('record-lines.yaml').replace(/^duty_taken:/m, 'duty_tkaen:');
    const faults = faultsOf(folderWith({ 'refusals.yaml': refusals, 'record-lines.yaml': lines }));

    expect(faults).toEqual(
      expect.arrayContaining([
        expect.stringContaining('severity.same: is missing'),
        expect.stringMatching(/severity\.smae: unknown key.*did you mean "severity\.same"/),
        expect.stringContaining('duty_taken: is missing'),
        expect.stringMatching(/duty_tkaen: unknown key.*did you mean "duty_taken"/),
      ]),
    );
  });

  test('a refusal that relies on a detail, a line on data that its type has not', () => {
    const refusals = original('refusals.yaml').replace(
      "{{ severity | default: 'that severity' }}",
      '{{ severity }}',
    );
    const lines = original('record-lines.yaml').replace(
      '{{ entry.data.people.size',
      '{{ entry.data.guests.size',
    );
    const faults = faultsOf(folderWith({ 'refusals.yaml': refusals, 'record-lines.yaml': lines }));

    expect(faults.join('\n')).toContain('severity may be absent');
    expect(faults.join('\n')).toContain('entry.data has no guests');
  });

  test('a sentence with a fault, or with the name of a filter', () => {
    const sentences = `${original('sentences.yaml')}\nwho:\n  takes: word\n  text: x\nnobody:\n  takes: incident\n  text: "{{ incident.captain }}"\n`;
    const faults = faultsOf(folderWith({ 'sentences.yaml': sentences }));

    expect(faults.join('\n')).toContain('who is the name of a filter');
    expect(faults.join('\n')).toContain('incident has no captain');
  });
});

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

  test('a late update says that it was late, what it replaces, and that it is old', () => {
    const { text, blocks } = catalogue.render('status-update', {
      incident: typicalIncident(),
      update: { trigger: 'slot', slot: AS_OF, missed: 1, by: byLifeboat, nextDueAt: AS_OF },
      lateMs: 1_920_000,
      joined: 3,
    });
    const words = JSON.stringify(blocks);

    expect(text).toMatch(/No news\..* Sent 32 min late\.$/);
    expect(words).toContain('sent 32 min later. It says how things stood at');
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

test('every message is loaded', () => {
  for (const id of Object.keys(MESSAGES) as MessageId[]) expect(() => original(`${id}.yaml`)).not.toThrow();
});
