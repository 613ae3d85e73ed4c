import { describe, expect, test } from '@jest/globals';
import type { InputBlock, KnownBlock } from '@slack/types';
import fc from 'fast-check';
import { buttonOf } from '../../src/adapters/slack/buttons.ts';
import { cut, LIMITS, plainText, renderTopic, safeStart, split } from '../../src/adapters/slack/limits.ts';
import { readForm, renderForm } from '../../src/adapters/slack/render-form.ts';
import { renderMessage } from '../../src/adapters/slack/render-message.ts';
import { renderHome, renderScreen } from '../../src/adapters/slack/render-screen.ts';
import { escapeText } from '../../src/adapters/templates/escape.ts';
import type { Form, FormField } from '../../src/app/ports/chat.ts';
import type { Block, Button } from '../../src/core/message/message.ts';
import { checkMessageBlocks, checkView } from '../../src/sandbox/slack/block-kit.ts';
import { HOSTILE, LONG, LONG_LINE } from '../fixtures/incident-views.ts';
import { mrkdwnOf, unescaped } from '../fixtures/mrkdwn.ts';

const DATE = '<!date^1768486840^14:20 UTC ({time} for you)|14:20 UTC>';

/** Text as the catalogue makes it: typed words escaped, with tokens of our own between them. */
const told = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }).map(escapeText),
      fc.string({ unit: 'binary', maxLength: 20 }).map(escapeText),
      fc.constantFrom(
        '\n',
        '\n\n',
        ' ',
        DATE,
        '<@U0ANA>',
        '<https://example.com/x|a link>',
        '&amp;',
        '👨‍👩‍👧‍👦',
        'مرحبا',
        'e\u0301',
      ),
      fc.constantFrom(
        escapeText(HOSTILE),
        escapeText(LONG.slice(0, 5000)),
        `> ${escapeText(LONG_LINE.slice(0, 4000))}`,
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const button: fc.Arbitrary<Button> = fc.record(
  {
    label: told,
    intent: fc.constantFrom('status.open', 'list.show'),
    value: fc.constant({ incident: 'DR-20260115-001' }),
    style: fc.constantFrom('primary' as const, 'danger' as const),
    confirm: fc.record({ title: told, text: told, confirm: told, deny: told }),
    describe: told,
  },
  { requiredKeys: ['label', 'intent', 'value'] },
);

const block: fc.Arbitrary<Block> = fc.oneof(
  told.map((text) => ({ kind: 'title' as const, text })),
  fc.record({
    kind: fc.constant('text' as const),
    text: told,
    keep: fc.constantFrom('start' as const, 'end' as const),
  }),
  told.map((text) => ({ kind: 'note' as const, text })),
  fc
    .array(fc.record({ label: fc.constantFrom('Clock', 'State'), value: told }), { maxLength: 25 })
    .map((facts) => ({ kind: 'facts' as const, facts })),
  fc.constant({ kind: 'divider' as const }),
  fc.array(button, { maxLength: 60 }).map((buttons) => ({ kind: 'buttons' as const, buttons })),
);

const message = fc.record({ text: told, blocks: fc.array(block, { maxLength: 8 }) });

/** A token or an entity that was cut: an angle bracket or ampersand that is not part of a whole one. */
function torn(text: string): string[] {
  return unescaped(text).filter((found) => !found.startsWith('>'));
}

const texts = (blocks: KnownBlock[]) => mrkdwnOf(blocks).join('\n');

describe('any message', () => {
  test('keeps every limit of Slack, and no token, entity or character is torn', () => {
    fc.assert(
      fc.property(message, ({ text, blocks }) => {
        const rendered = renderMessage({ text, blocks });

        expect(checkMessageBlocks(rendered.blocks)).toEqual([]);
        expect(rendered.text.length).toBeLessThanOrEqual(LIMITS.message.text);
        expect(Buffer.byteLength(JSON.stringify(rendered.blocks))).toBeLessThanOrEqual(LIMITS.message.bytes);
        expect([rendered.text, ...mrkdwnOf(rendered.blocks)].flatMap(torn)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('fits a modal and the home tab', () => {
    fc.assert(
      fc.property(message, ({ text, blocks }) => {
        expect(
          checkView(renderScreen({ title: text, close: text, message: { text, blocks } }), 'modal'),
        ).toEqual([]);
        expect(checkView(renderHome({ text, blocks }), 'home')).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('has buttons of which each is found again by its own action_id', () => {
    fc.assert(
      fc.property(message, (one) => {
        const elements = renderMessage(one).blocks.flatMap((found) =>
          found.type === 'actions' ? found.elements : [],
        );
        const ids = elements.map(({ action_id }) => action_id);

        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe('cutting', () => {
  test('never goes over, never tears, and keeps what fits as it is', () => {
    fc.assert(
      fc.property(told, fc.integer({ min: 1, max: 3000 }), (text, max) => {
        const short = cut(text, max);

        expect(short.length).toBeLessThanOrEqual(max);
        expect(torn(short)).toEqual([]);
        expect(short.isWellFormed() || !text.isWellFormed()).toBe(true);
        if (text.length <= max) expect(short).toBe(text);
        else expect(short.endsWith('…')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('into pieces loses nothing but white space', () => {
    fc.assert(
      fc.property(told, fc.integer({ min: 100, max: 3000 }), (text, max) => {
        const pieces = split(text, max);
        const bare = (words: string) => words.replaceAll(/[\s>]/g, '');

        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(max);
          expect(torn(piece)).toEqual([]);
        }
        expect(bare(pieces.join(''))).toBe(bare(text));
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['in a mention', 'hello <@U0ANA> there', 9, 'hello…'],
    ['in a date', `at ${DATE}.`, 40, 'at…'],
    ['in an entity', 'black &amp; white', 9, 'black…'],
    ['in an emoji family', 'ab👨‍👩‍👧‍👦', 6, 'ab…'],
    ['in a letter with an accent', 'ae\u0301x', 3, 'a…'],
    ['between two letters', 'abcdef', 4, 'abc…'],
  ])('%s', (_where, text, max, expected) => {
    expect(cut(text, max)).toBe(expected);
  });

  test('begins again after a token, not inside it', () => {
    expect('x<@U0ANA>y'.slice(safeStart('x<@U0ANA>y', 4))).toBe('y');
  });

  test('a quoted line that is too long goes on as a quotation', () => {
    expect(split(`> ${'word '.repeat(50)}`, 100)[1]).toMatch(/^> word/);
  });
});

describe('what is too long', () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, n) => `line ${n}: ${'x'.repeat(60)}`).join('\n');
  const actions: Block = {
    kind: 'buttons',
    buttons: [{ label: 'Post update', intent: 'status.open', value: { incident: 'DR-20260115-001' } }],
  };

  test('is shortened at the end, says by how much, and keeps the buttons', () => {
    const { blocks } = renderMessage({ text: 'Long', blocks: [{ kind: 'text', text: lines(600) }, actions] });
    const words = texts(blocks);
    const shown = words.match(/^line \d+/gm)?.length ?? 0;

    expect(words).toContain('line 0:');
    expect(words).not.toContain('line 599:');
    expect(words).toContain(`shortened: ${600 - shown} more lines`);
    expect(blocks.at(-1)?.type).toBe('actions');
  });

  test('keeps its end where that is what counts', () => {
    const { blocks } = renderMessage({
      text: 'Long',
      blocks: [{ kind: 'text', text: lines(600), keep: 'end' }],
    });
    const words = texts(blocks);

    expect(words).toContain('line 599:');
    expect(words).not.toContain('line 0:');
    expect(words).toMatch(/shortened: \d+ more lines/);
  });

  test('in one line, tells characters', () => {
    const { blocks } = renderMessage({ text: 'Long', blocks: [{ kind: 'text', text: 'y'.repeat(40_000) }] });

    expect(texts(blocks)).toMatch(/shortened: [\d,]+ more characters/);
  });

  test('stays whole as long as it fits', () => {
    const { blocks } = renderMessage({ text: 'Long', blocks: [{ kind: 'text', text: lines(120) }] });

    expect(blocks.length).toBe(3);
    expect(texts(blocks)).not.toContain('shortened');
  });

  test('in parts, loses parts before it loses the buttons', () => {
    const parts = Array.from({ length: 200 }, (_, n): Block => ({ kind: 'text', text: `part ${n}` }));
    const { blocks } = renderMessage({ text: 'Many', blocks: [...parts, actions] });

    expect(blocks.length).toBe(LIMITS.message.blocks);
    expect(texts(blocks)).toContain('shortened: 152 more parts');
    expect(blocks.at(-1)?.type).toBe('actions');
  });
});

describe('one block', () => {
  const only = (one: Block) => renderMessage({ text: 'x', blocks: [one] }).blocks;

  test('of more than ten facts becomes several', () => {
    const facts = Array.from({ length: 23 }, (_, n) => ({ label: `L${n}`, value: 'v' }));
    const blocks = only({ kind: 'facts', facts });

    expect(blocks.map((found) => (found.type === 'section' ? found.fields?.length : 0))).toEqual([10, 10, 3]);
    expect(texts(blocks)).toContain('*L22*\nv');
  });

  test('with a title shows plain words: entities resolved, dates in UTC', () => {
    expect(only({ kind: 'title', text: `R&amp;D &lt;!channel&gt; ${DATE}` })).toMatchObject([
      { type: 'header', text: { type: 'plain_text', text: 'R&D <!channel> 14:20 UTC' } },
    ]);
  });

  test('of text turns nothing that was typed into links or mentions', () => {
    expect(only({ kind: 'text', text: '@here #general https://evil.example' })).toMatchObject([
      { text: { type: 'mrkdwn', verbatim: true } },
    ]);
  });

  test('that is empty is left out, and a message without blocks shows its text', () => {
    const blocks: Block[] = [
      { kind: 'text', text: ' \n' },
      { kind: 'title', text: '' },
      { kind: 'note', text: '' },
      { kind: 'facts', facts: [] },
      { kind: 'buttons', buttons: [] },
    ];

    expect(renderMessage({ text: 'Just this', blocks }).blocks).toMatchObject([
      { text: { text: 'Just this' } },
    ]);
  });

  test('of buttons carries intent and ids that come back as they went', () => {
    const [actions] = only({
      kind: 'buttons',
      buttons: [
        {
          label: 'A &amp; B',
          intent: 'status.open',
          value: { incident: 'DR-20260115-001', intent: 'forged' },
          style: 'danger',
          describe: 'd'.repeat(100),
          confirm: { title: 't'.repeat(200), text: 'x', confirm: 'Yes', deny: 'No' },
        },
      ],
    });
    const element = actions?.type === 'actions' ? actions.elements[0] : undefined;

    expect(element).toMatchObject({
      type: 'button',
      action_id: 'status.open:0',
      text: { text: 'A & B' },
      style: 'danger',
      accessibility_label: `${'d'.repeat(74)}…`,
      confirm: { title: { text: `${'t'.repeat(99)}…` }, style: 'danger' },
    });
    expect(buttonOf(element as Parameters<typeof buttonOf>[0])).toEqual({
      intent: 'status.open',
      values: { incident: 'DR-20260115-001' },
    });
  });

  test('of a button never shortens what it carries', () => {
    const value = { incident: 'x'.repeat(2000) };

    expect(() => only({ kind: 'buttons', buttons: [{ label: 'Go', intent: 'a.b', value }] })).toThrow(
      'the button a.b carries more than 2000 characters',
    );
  });
});

describe('a topic', () => {
  test('is one plain line of at most 250 characters', () => {
    const topic = renderTopic({ text: `R&amp;D ${DATE}\nnext ${LONG_LINE}`, blocks: [] });

    expect(topic.length).toBeLessThanOrEqual(250);
    expect(topic).toMatch(/^R&D 14:20 UTC next .*…$/);
  });

  test('resolves each entity once', () => {
    expect(plainText('&amp;lt; <https://example.com|there> <https://example.com>')).toBe(
      '&lt; there https://example.com',
    );
  });
});

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
