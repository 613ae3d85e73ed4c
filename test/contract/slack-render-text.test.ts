import { describe, expect, test } from '@jest/globals';
import type { TextContext } from '../../src/sandbox/slack/render-mrkdwn.ts';
import { renderMessageText } from '../../src/sandbox/slack/render-text.ts';

const context: TextContext = {
  names: {
    user: (id) => ({ U1: 'anna' })[id],
    channel: (id) => ({ C1: 'ops' })[id],
    group: (id) => ({ S1: 'dbas' })[id],
  },
  timeZone: 'Europe/Berlin',
  now: new Date('2026-01-15T10:00:00Z'),
};
const AT = Date.parse('2026-01-15T09:05:00Z') / 1000;
const text = (given: string, timeZone = context.timeZone) =>
  renderMessageText({ text: given }, { ...context, timeZone });

describe('text', () => {
  test.each([
    ['<@U1> and <@U9>', '@anna and @U9'],
    ['<@U9|gone>', '@gone'],
    ['in <#C1> or <#C9|elsewhere>', 'in #ops or #elsewhere'],
    ['<!subteam^S1> <!subteam^S9|@others>', '@dbas @others'],
    ['<!channel> <!here>', '@channel @here'],
    ['<https://a.test|the page> <https://b.test>', 'the page (https://a.test) https://b.test'],
    ['1 &lt; 2 &amp;&amp; 3 &gt; 2', '1 < 2 && 3 > 2'],
    ['&lt;!channel&gt;', '<!channel>'],
    ['*bold* stays', '*bold* stays'],
  ])('%s', (given, expected) => {
    expect(text(given)).toBe(expected);
  });

  test.each([
    ['{time}', '10:05'],
    ['{date_num} {time_secs}', '2026-01-15 10:05:00'],
    ['{date_short_pretty} at {time}', 'today at 10:05'],
    ['{date_long}', 'Thursday, 15 January 2026'],
    ['{ago}', '55 minutes ago'],
    ['{unknown}', '{unknown}'],
  ])('the date %s in the reader’s zone', (format, expected) => {
    expect(text(`<!date^${AT}^${format}|fallback>`)).toBe(expected);
  });

  test('the date in another zone, and without sense', () => {
    expect(text(`<!date^${AT}^{time}|fallback>`, 'America/New_York')).toBe('04:05');
    expect(text('<!date^soon^{time}|fallback>')).toBe('fallback');
  });
});

describe('blocks', () => {
  const plain = (words: string) => ({ type: 'plain_text', text: words });

  test('are lines, with what can be pressed in brackets', () => {
    const blocks = [
      { type: 'header', text: plain('SEV-1 <b>') },
      {
        type: 'section',
        text: { type: 'mrkdwn', text: 'Lead <@U1>' },
        fields: [plain('RTO 15m')],
        accessory: { type: 'overflow', options: [{ text: plain('Note') }, { text: plain('Mark') }] },
      },
      { type: 'divider' },
      {
        type: 'actions',
        elements: [
          { type: 'button', text: plain('Approve') },
          { type: 'users_select', placeholder: plain('Who') },
        ],
      },
      {
        type: 'context',
        elements: [
          { type: 'mrkdwn', text: `<!date^${AT}^{time}|x>` },
          { type: 'image', alt_text: 'map' },
        ],
      },
      {
        type: 'input',
        label: plain('Why'),
        optional: true,
        hint: plain('In short'),
        element: { type: 'plain_text_input' },
      },
      { type: 'unheard-of' },
    ];

    expect(renderMessageText({ text: 'not shown', blocks }, context).split('\n')).toEqual([
      'SEV-1 <b>',
      'Lead @anna',
      'RTO 15m [⋯ Note / Mark]',
      '────────',
      '[Approve] [Who ▾]',
      '10:05  (picture: map)',
      'Why (optional): [___]',
      '  In short',
    ]);
  });

  test('of rich text and tables', () => {
    const section = (...elements: object[]) => ({ type: 'rich_text_section', elements });
    const blocks = [
      {
        type: 'rich_text',
        elements: [
          section(
            { type: 'text', text: 'said ' },
            { type: 'user', user_id: 'U1' },
            { type: 'text', text: '\n<raw>' },
          ),
          {
            type: 'rich_text_list',
            style: 'ordered',
            elements: [
              section({ type: 'text', text: 'one' }),
              section({ type: 'channel', channel_id: 'C1' }),
            ],
          },
          { type: 'rich_text_quote', elements: [{ type: 'text', text: 'quoted' }] },
        ],
      },
      {
        type: 'table',
        rows: [
          [
            { type: 'raw_text', text: 'a' },
            { type: 'raw_number', value: 1, text: '1' },
          ],
        ],
      },
    ];

    expect(renderMessageText({ blocks }, context).split('\n')).toEqual([
      'said @anna',
      '<raw>',
      '1. one',
      '2. #ops',
      '> quoted',
      'a | 1',
    ]);
  });

  test('of attachments stand behind a bar', () => {
    const attachments = [
      { color: '#f00', text: 'red', blocks: [{ type: 'section', text: plain('inside') }] },
    ];

    expect(renderMessageText({ text: 'top', attachments }, context)).toBe('top\n| red\n| inside');
  });
});
