import { describe, expect, test } from '@jest/globals';
import type { InputBlock } from '@slack/types';
import { readForm, renderForm } from '../../src/adapters/slack/render-form.ts';
import { escapeText } from '../../src/adapters/templates/escape.ts';
import type { Form, FormField } from '../../src/app/ports/chat.ts';
import { checkView } from '../../src/sandbox/slack/block-kit.ts';
import { LONG } from '../fixtures/incident-views.ts';

describe('a form', () => {
  const form = (fields: FormField[], over: Partial<Form> = {}): Form => ({
    callback: 'declare.submit',
    context: { incident: 'DR-20260115-001' },
    words: {
      title: 'Declare a disaster right now please',
      submit: 'Declare',
      close: 'Cancel',
      intro: [{ kind: 'text', text: escapeText(LONG) }],
      fields: Object.fromEntries(
        fields.map(({ name }) => [
          name,
          { label: `${name} &amp; more`, hint: 'A hint', placeholder: 'p'.repeat(200) },
        ]),
      ),
    },
    fields,
    ...over,
  });
  const options = (count: number, describe = false) =>
    Array.from({ length: count }, (_, n) => ({
      value: `v${n}`,
      label: `Label ${n}`,
      ...(describe ? { description: 'd'.repeat(90) } : {}),
    }));
  const inputs = (fields: FormField[]) =>
    renderForm(form(fields)).blocks.filter((found): found is InputBlock => found.type === 'input');
  const all: FormField[] = [
    { name: 'what', kind: 'text', multiline: true, maxLength: 9000, initial: LONG },
    { name: 'severity', kind: 'choice', options: options(4, true), initial: 'v1' },
    { name: 'level', kind: 'choice', options: options(8), initial: 'v7' },
    { name: 'tiers', kind: 'choices', options: options(30), initial: ['v3', 'v4'] },
    { name: 'private', kind: 'choices', optional: true, options: options(1) },
    { name: 'lead', kind: 'person', initial: 'U0ANA' },
    { name: 'team', kind: 'people', optional: true, initial: ['U0ANA', 'U0BEN'] },
  ];

  test('of every kind of field is a modal that Slack takes', () => {
    const view = renderForm(form(all));

    expect(checkView(view, 'modal')).toEqual([]);
    expect(view.title.text).toBe('Declare a disaster righ…');
    expect(view.callback_id).toBe('declare.submit');
    expect(JSON.parse(view.private_metadata ?? '')).toEqual({
      callback: 'declare.submit',
      context: { incident: 'DR-20260115-001' },
    });
    expect(inputs(all).map(({ block_id, element }) => [block_id, element.type])).toEqual([
      ['what', 'plain_text_input'],
      ['severity', 'radio_buttons'],
      ['level', 'static_select'],
      ['tiers', 'multi_static_select'],
      ['private', 'checkboxes'],
      ['lead', 'users_select'],
      ['team', 'multi_users_select'],
    ]);
    expect(inputs(all)[0]).toMatchObject({ label: { text: 'what & more' }, hint: { text: 'A hint' } });
  });

  test('gives back what was filled in, and undefined for what was left empty', () => {
    const values = {
      what: { value: { type: 'plain_text_input', value: 'gone' } },
      nothing: { value: { type: 'plain_text_input', value: null } },
      severity: { value: { type: 'radio_buttons', selected_option: { value: 'v1' } } },
      level: { value: { type: 'static_select', selected_option: null } },
      tiers: { value: { type: 'multi_static_select', selected_options: [{ value: 'v3' }, { value: 'v4' }] } },
      private: { value: { type: 'checkboxes', selected_options: [] } },
      lead: { value: { type: 'users_select', selected_user: 'U0ANA' } },
      team: { value: { type: 'multi_users_select', selected_users: ['U0ANA'] } },
    };

    expect(readForm({ state: { values } })).toEqual({
      what: 'gone',
      nothing: undefined,
      severity: 'v1',
      level: undefined,
      tiers: ['v3', 'v4'],
      private: [],
      lead: 'U0ANA',
      team: ['U0ANA'],
    });
  });

  test('with more options than Slack takes shows a hundred, the chosen one among them, and says so', () => {
    const field: FormField = { name: 'region', kind: 'choice', options: options(250), initial: 'v249' };
    const [input] = inputs([field]);

    expect(checkView(renderForm(form([field])), 'modal')).toEqual([]);
    expect(input?.element).toMatchObject({ initial_option: { value: 'v249' } });
    expect(input?.hint?.text).toBe('A hint 150 more are not shown here; a typed command takes them.');
  });

  test('with a value that is too long still opens, with values that differ', () => {
    const long = ['x'.repeat(100), `${'x'.repeat(99)}y`].map((value) => ({ value, label: value }));
    const field: FormField = { name: 'region', kind: 'choice', options: long, initial: long[1]?.value };
    const view = renderForm(form([field]));

    expect(checkView(view, 'modal')).toEqual([]);
    const [input] = inputs([field]);
    const shown = input?.element.type === 'static_select' ? (input.element.options ?? []) : [];
    expect(new Set(shown.map(({ value }) => value)).size).toBe(2);
    expect(input?.element).toMatchObject({ initial_option: shown[1] });
  });

  test('without anything to choose leaves the field out', () => {
    expect(inputs([{ name: 'region', kind: 'choice', options: [] }])).toEqual([]);
  });

  test('never shortens what it carries along', () => {
    expect(() => renderForm(form([], { context: { x: 'y'.repeat(3000) } }))).toThrow(
      'declare.submit carries more than 3000',
    );
  });
});
