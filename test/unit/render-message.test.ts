import { describe, expect, test } from '@jest/globals';
import type { KnownBlock } from '@slack/types';
import fc from 'fast-check';
import { buttonOf } from '../../src/adapters/slack/buttons.ts';
import { LIMITS } from '../../src/adapters/slack/limits.ts';
import { renderMessage } from '../../src/adapters/slack/render-message.ts';
import { renderHome, renderScreen } from '../../src/adapters/slack/render-screen.ts';
import type { Block, Button } from '../../src/core/message/message.ts';
import { checkMessageBlocks, checkView } from '../../src/sandbox/slack/block-kit.ts';
import { DATE, mrkdwnOf, told, torn } from '../fixtures/mrkdwn.ts';

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

  test('with a title keeps what stands in angle brackets', () => {
    const [header] = only({ kind: 'title', text: `&lt;${'a'.repeat(200)}&gt;` });

    expect(header).toMatchObject({ text: { text: `<${'a'.repeat(148)}…` } });
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
