import { describe, expect, test } from '@jest/globals';
import { type FormField, fieldsOf } from '../../../src/sandbox/console/form-fields.ts';
import { readAnswer } from '../../../src/sandbox/console/read-answer.ts';
import type { JsonObject, SlackView } from '../../../src/sandbox/slack/types.ts';

const find = {
  person: (name: string) => ({ ben: 'U1', dana: 'U2' })[name],
  channel: (name: string) => ({ ops: 'C1' })[name],
};

function aField(changes: Partial<FormField>): FormField {
  const choices = ['SEV-1', 'SEV-2', 'Severe'].map((label, index) => ({
    label,
    value: `v${index + 1}`,
    description: undefined,
  }));
  return {
    blockId: 'b',
    label: 'L',
    hint: undefined,
    isOptional: true,
    kind: 'one',
    choices,
    current: [],
    ...changes,
  };
}

describe('an answer', () => {
  test.each<[string, Partial<FormField>, string, unknown]>([
    ['Enter keeps', { kind: 'text' }, '  ', { kind: 'keep' }],
    ['- empties', { kind: 'text' }, '-', { kind: 'value', value: null }],
    ['text stays text', { kind: 'text' }, 'a \\n b', { kind: 'value', value: 'a \\n b' }],
    ['\\n begins a line in long text', { kind: 'lines' }, 'a\\nb', { kind: 'value', value: 'a\nb' }],
    ['a choice by number', {}, '2', { kind: 'value', value: 'v2' }],
    ['a choice by label, any case', {}, 'sev-1', { kind: 'value', value: 'v1' }],
    ['a choice by value', {}, 'v3', { kind: 'value', value: 'v3' }],
    ['a choice by its only beginning', {}, 'seve', { kind: 'value', value: 'v3' }],
    ['several choices', { kind: 'many' }, '1, 3', { kind: 'value', value: ['v1', 'v3'] }],
    ['a person', { kind: 'person' }, '@ben', { kind: 'value', value: 'U1' }],
    ['people', { kind: 'people' }, 'ben @dana', { kind: 'value', value: ['U1', 'U2'] }],
    ['a channel', { kind: 'channel' }, '#ops', { kind: 'value', value: 'C1' }],
  ])('%s', (_, field, typed, expected) => {
    expect(readAnswer(aField(field), typed, find)).toEqual(expected);
  });

  test.each<[string, Partial<FormField>, string, string]>([
    ['a number beyond the last', {}, '9', '"9" is not among them: type a number from 1 to 3'],
    ['a beginning that fits two', {}, 'sev', '"sev" is not among them'],
    ['an unknown one of several', { kind: 'many' }, '1 x', '"x" is not among them'],
    ['an unknown person', { kind: 'person' }, 'bob', 'Nobody here is called "bob"'],
  ])('refuses %s', (_, field, typed, problem) => {
    expect(readAnswer(aField(field), typed, find)).toEqual({
      kind: 'problem',
      problem: expect.stringContaining(problem),
    });
  });
});

describe('the fields of a window', () => {
  const input = (id: string, element: JsonObject, more: JsonObject = {}): JsonObject => ({
    type: 'input',
    block_id: id,
    label: { type: 'plain_text', text: `Label ${id}` },
    element: { action_id: `${id}-a`, ...element },
    ...more,
  });
  const option = (value: string) => ({ text: { type: 'plain_text', text: value.toUpperCase() }, value });

  test('tell kind, choices and what they hold', () => {
    const view = {
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text: 'intro' } },
        input('what', { type: 'plain_text_input', multiline: true }, { optional: true }),
        input('sev', { type: 'static_select', options: [option('a'), option('b')] }),
        input('who', { type: 'multi_users_select' }),
        input('more', { type: 'checkboxes', options: [option('x')] }),
      ],
      state: {
        values: {
          what: { 'what-a': { type: 'plain_text_input', value: 'fire' } },
          sev: { 'sev-a': { type: 'static_select', selected_option: option('b') } },
          who: { 'who-a': { type: 'multi_users_select', selected_users: ['U1'] } },
          more: { 'more-a': { type: 'checkboxes', selected_options: [option('x')] } },
        },
      },
    } as unknown as SlackView;

    const fields = fieldsOf(view);

    expect(
      fields.map(({ blockId, kind, isOptional, current }) => [blockId, kind, isOptional, current]),
    ).toEqual([
      ['what', 'lines', true, ['fire']],
      ['sev', 'one', false, ['b']],
      ['who', 'people', false, ['U1']],
      ['more', 'many', false, ['x']],
    ]);
    expect(fields[1]?.choices.map(({ label, value }) => [label, value])).toEqual([
      ['A', 'a'],
      ['B', 'b'],
    ]);
  });
});
