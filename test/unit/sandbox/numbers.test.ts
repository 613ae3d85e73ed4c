import { describe, expect, test } from '@jest/globals';
import { showNumbers, withNumbers, withoutAddresses } from '../../../src/sandbox/console/numbered.ts';
import { byLabel, createTargets } from '../../../src/sandbox/console/targets.ts';
import { renderMessageText } from '../../../src/sandbox/slack/render-text.ts';
import type { JsonObject } from '../../../src/sandbox/slack/types.ts';

const context = {
  names: { user: () => undefined, channel: () => undefined, group: () => undefined },
  timeZone: 'UTC',
};
const button = (label: string, value: string): JsonObject => ({
  type: 'button',
  text: { type: 'plain_text', text: label },
  action_id: `${value}:0`,
  value,
});

function shown(blocks: JsonObject[]): string {
  let next = 0;
  const numbered = withNumbers(blocks, () => ++next);
  return showNumbers(renderMessageText({ blocks: numbered }, context), (text) => text);
}

describe('numbers on what can be pressed', () => {
  test('stand before buttons and menus, whatever their labels hold', () => {
    const menu = {
      type: 'static_select',
      action_id: 'm',
      placeholder: { type: 'plain_text', text: 'Which [one]?' },
    };
    const text = shown([{ type: 'actions', elements: [button('Take command', 'a'), menu] }]);

    expect(text).toBe('[1] Take command  [2] Which [one]? ▾');
  });

  test('stand beside a section, too', () => {
    const section = { type: 'section', text: { type: 'mrkdwn', text: 'Open' }, accessory: button('Go', 'a') };

    expect(shown([section])).toBe('Open [1] Go');
  });

  test('facts take one line each, links show what they are called', () => {
    const fields = [
      { type: 'mrkdwn', text: '*Clock*\n3 min of <https://example.com/rto|15 min>\nDue 14:05' },
    ];

    expect(shown([{ type: 'section', fields }])).toBe('*Clock:* 3 min of 15 min · Due 14:05');
    expect(withoutAddresses('see <https://example.com> and <@U1|ben>')).toBe(
      'see <https://example.com> and <@U1|ben>',
    );
  });
});

describe('targets', () => {
  const place = { kind: 'message' as const, channel: 'C1', ts: '1.0' };
  const target = (label: string, value: string, person?: string) => ({
    person,
    place,
    element: button(label, value),
    label,
  });

  test('keep their number when they are shown again', () => {
    const targets = createTargets();

    expect([
      targets.add(target('A', 'a')),
      targets.add(target('B', 'b')),
      targets.add(target('A', 'a')),
    ]).toEqual([1, 2, 1]);
    expect(targets.byNumber(2)?.label).toBe('B');
  });

  test('are found by label, the newest first, whole labels before beginnings', () => {
    const targets = createTargets();
    targets.add(target('Post update', 'old'));
    targets.add(target('Post update', 'new'));
    targets.add(target('Post update now', 'other'));

    const found = byLabel(targets.of('ben'), 'post update');

    expect(found?.element.value).toBe('new');
    expect(byLabel(targets.of('ben'), 'post update n')?.element.value).toBe('other');
    expect(byLabel(targets.of('ben'), 'resolve')).toBeUndefined();
  });

  test('what one person sees is for that person alone', () => {
    const targets = createTargets();
    targets.add(target('Snooze', 'a', 'amara'));

    expect(targets.of('ben')).toEqual([]);
    expect(targets.of('amara').map(({ label }) => label)).toEqual(['Snooze']);
  });
});
