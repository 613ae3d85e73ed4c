import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createCatalogue } from '../../src/adapters/templates/catalogue.ts';
import type { MessageId } from '../../src/core/message/messages.ts';
import { LoadError } from '../../src/lib/load-directory.ts';

const ROOT = path.resolve('templates/messages');
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
