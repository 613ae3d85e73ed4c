import { describe, expect, test } from '@jest/globals';
import { checkMessageBlocks, checkView } from '../../src/sandbox/slack/block-kit.ts';

const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) });
const words = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
const option = (value: string, text = plain(1)) => ({ text, value });
const options = (count: number) => Array.from({ length: count }, (_, index) => option(`v${index}`));
const button = (extra: object = {}) => ({ type: 'button', text: plain(1), action_id: 'b', ...extra });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const section = (extra: object = {}) => ({ type: 'section', text: words(1), ...extra });
const input = (element: object, extra: object = {}) => ({
  type: 'input',
  label: plain(1),
  element,
  ...extra,
});
const confirm = (extra: object = {}) => ({
  title: plain(100),
  text: words(300),
  confirm: plain(30),
  deny: plain(30),
  ...extra,
});
const modal = (blocks: object[], extra: object = {}) => ({
  type: 'modal',
  title: plain(24),
  submit: plain(24),
  blocks,
  ...extra,
});

const many = (count: number, make: (index: number) => object) =>
  Array.from({ length: count }, (_, index) => make(index));

describe('what Slack takes', () => {
  const richText = {
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'a', style: { bold: true } },
          { type: 'user', user_id: 'U1' },
        ],
      },
      {
        type: 'rich_text_list',
        style: 'bullet',
        indent: 1,
        elements: [{ type: 'rich_text_section', elements: [] }],
      },
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'code' }] },
      { type: 'rich_text_quote', elements: [{ type: 'link', url: 'https://a.test', text: 'b' }] },
    ],
  };
  const taken: [string, object[]][] = [
    ['50 blocks', many(50, () => ({ type: 'divider' }))],
    ['a full section', [section({ text: words(3000), fields: many(10, () => words(2000)) })]],
    ['a section of fields', [{ type: 'section', fields: [plain(1)] }]],
    ['a header', [{ type: 'header', text: plain(150) }]],
    [
      'a context',
      [
        {
          type: 'context',
          elements: [{ type: 'image', image_url: 'https://a.test/b.png', alt_text: 'c' }, words(1)],
        },
      ],
    ],
    ['25 actions', [actions(...many(25, (index) => button({ action_id: `b${index}` })))]],
    [
      'a full button',
      [actions(button({ text: plain(75), value: 'x'.repeat(2000), style: 'danger', confirm: confirm() }))],
    ],
    ['an overflow menu', [section({ accessory: { type: 'overflow', action_id: 'o', options: options(5) } })]],
    [
      'a menu of 100',
      [section({ accessory: { type: 'static_select', action_id: 's', options: options(100) } })],
    ],
    [
      'groups',
      [
        section({
          accessory: {
            type: 'static_select',
            action_id: 's',
            option_groups: [{ label: plain(75), options: options(2) }],
          },
        }),
      ],
    ],
    [
      'a date and time',
      [actions({ type: 'datetimepicker', action_id: 'd', initial_date_time: 1_768_467_600 })],
    ],
    ['rich text', [richText]],
    ['markdown', [{ type: 'markdown', text: 'x'.repeat(12_000) }]],
    ['a table', [{ type: 'table', rows: [[{ type: 'raw_text', text: 'a' }, richText]] }]],
    [
      'an input that dispatches',
      [input({ type: 'plain_text_input', action_id: 'a' }, { dispatch_action: true })],
    ],
    ['a picture', [{ type: 'image', image_url: 'https://a.test/b.png', alt_text: 'c', title: plain(2000) }]],
  ];
  test.each(taken)('%s', (_, blocks) => {
    expect(checkMessageBlocks(blocks)).toEqual([]);
  });

  test('a full modal', () => {
    const blocks = [
      ...many(99, (index) => ({ type: 'divider', block_id: `d${index}` })),
      input({
        type: 'plain_text_input',
        action_id: 'a',
        min_length: 1,
        max_length: 3000,
        multiline: true,
        focus_on_load: true,
      }),
    ];

    expect(
      checkView(
        modal(blocks, {
          private_metadata: 'x'.repeat(3000),
          callback_id: 'x'.repeat(255),
          notify_on_close: true,
        }),
        'modal',
      ),
    ).toEqual([]);
  });
});

describe('what Slack refuses in messages', () => {
  const menu = (extra: object) => [
    section({ accessory: { type: 'static_select', action_id: 's', ...extra } }),
  ];
  const refused: [string, object[], string][] = [
    [
      '51 blocks',
      many(51, () => ({ type: 'divider' })),
      'no more than 50 items allowed [json-pointer:/blocks]',
    ],
    ['an unknown block', [{ type: 'sektion' }], 'unsupported type: sektion [json-pointer:/blocks/0/type]'],
    ['a block without type', [{}], 'missing required field: type [json-pointer:/blocks/0]'],
    [
      'an unknown field',
      [{ type: 'divider', colour: 'red' }],
      'invalid additional property: colour [json-pointer:/blocks/0]',
    ],
    ['an empty section', [{ type: 'section' }], 'must provide text or fields [json-pointer:/blocks/0]'],
    [
      'long section text',
      [section({ text: words(3001) })],
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'empty text',
      [section({ text: words(0) })],
      'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      '11 fields',
      [section({ fields: many(11, () => words(1)) })],
      'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
    ],
    [
      'a long field',
      [section({ fields: [words(2001)] })],
      'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
    ],
    [
      'a long header',
      [{ type: 'header', text: plain(151) }],
      'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'a mrkdwn header',
      [{ type: 'header', text: words(1) }],
      'must be a valid enum value [json-pointer:/blocks/0/text/type]',
    ],
    [
      '11 in a context',
      [{ type: 'context', elements: many(11, () => words(1)) }],
      'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      'a button in a context',
      [{ type: 'context', elements: [button()] }],
      'unsupported type: button [json-pointer:/blocks/0/elements/0/type]',
    ],
    [
      '26 actions',
      [actions(...many(26, (index) => button({ action_id: `b${index}` })))],
      'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
    ],
    ['no actions', [actions()], 'no less than 1 items allowed [json-pointer:/blocks/0/elements]'],
    [
      'a long button',
      [actions(button({ text: plain(76) }))],
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
    ],
    [
      'a long value',
      [actions(button({ value: 'x'.repeat(2001) }))],
      'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
    ],
    [
      'a mrkdwn button',
      [actions(button({ text: words(1) }))],
      'must be a valid enum value [json-pointer:/blocks/0/elements/0/text/type]',
    ],
    [
      'a disabled button',
      [actions(button({ disabled: true }))],
      'invalid additional property: disabled [json-pointer:/blocks/0/elements/0]',
    ],
    [
      'a green button',
      [actions(button({ style: 'green' }))],
      'must be a valid enum value [json-pointer:/blocks/0/elements/0/style]',
    ],
    [
      'a long action id',
      [actions(button({ action_id: 'x'.repeat(256) }))],
      'must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]',
    ],
    [
      'doubled action ids',
      [actions(button(), button())],
      'action_id "b" already exists [json-pointer:/blocks/0]',
    ],
    [
      'doubled block ids',
      many(2, () => ({ type: 'divider', block_id: 'd' })),
      'block_id "d" already exists [json-pointer:/blocks/1/block_id]',
    ],
    [
      'a long confirm text',
      [actions(button({ confirm: confirm({ text: words(301) }) }))],
      'must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]',
    ],
    [
      'a long confirm button',
      [actions(button({ confirm: confirm({ deny: plain(31) }) }))],
      'must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/deny/text]',
    ],
    [
      '101 options',
      menu({ options: options(101) }),
      'no more than 100 items allowed [json-pointer:/blocks/0/accessory/options]',
    ],
    [
      'a long option',
      menu({ options: [option('v', plain(76))] }),
      'must be less than 76 characters [json-pointer:/blocks/0/accessory/options/0/text/text]',
    ],
    [
      'a long option value',
      menu({ options: [option('x'.repeat(76))] }),
      'must be less than 76 characters [json-pointer:/blocks/0/accessory/options/0/value]',
    ],
    [
      'no list of options',
      menu({}),
      'exactly one of options and option_groups must be given [json-pointer:/blocks/0/accessory]',
    ],
    [
      'a foreign initial option',
      menu({ options: options(2), initial_option: option('v7') }),
      'initial option must exactly match one of the options [json-pointer:/blocks/0/accessory]',
    ],
    [
      '6 in an overflow menu',
      [section({ accessory: { type: 'overflow', action_id: 'o', options: options(6) } })],
      'no more than 5 items allowed [json-pointer:/blocks/0/accessory/options]',
    ],
    [
      '11 checkboxes',
      [actions({ type: 'checkboxes', action_id: 'c', options: options(11) })],
      'no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]',
    ],
    [
      'a date time beside a section',
      [section({ accessory: { type: 'datetimepicker', action_id: 'd' } })],
      'unsupported type: datetimepicker [json-pointer:/blocks/0/accessory/type]',
    ],
    [
      'a text input in actions',
      [actions({ type: 'plain_text_input', action_id: 'a' })],
      'unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]',
    ],
    [
      'focus in a message',
      [actions({ type: 'users_select', action_id: 'u', focus_on_load: true })],
      'invalid additional property: focus_on_load [json-pointer:/blocks/0]',
    ],
    [
      'an alert',
      [{ type: 'alert', text: words(1) }],
      'unsupported type: alert [json-pointer:/blocks/0/type]',
    ],
    [
      'two tables',
      many(2, () => ({ type: 'table', rows: [[{ type: 'raw_text', text: 'a' }]] })),
      'only_one_table_allowed',
    ],
    [
      'too much markdown in all',
      many(2, () => ({ type: 'markdown', text: 'x'.repeat(6_001) })),
      'markdown text must be less than 12001 characters [json-pointer:/blocks]',
    ],
    [
      'a picture of nothing',
      [{ type: 'image', alt_text: 'a' }],
      'exactly one of image_url and slack_file must be given [json-pointer:/blocks/0]',
    ],
    [
      'a picture without words',
      [{ type: 'image', image_url: 'https://a.test' }],
      'missing required field: alt_text [json-pointer:/blocks/0]',
    ],
    [
      'long placeholder',
      [actions({ type: 'users_select', action_id: 'u', placeholder: plain(151) })],
      'must be less than 151 characters [json-pointer:/blocks/0/elements/0/placeholder/text]',
    ],
  ];
  test.each(refused)('%s', (_, blocks, message) => {
    expect(checkMessageBlocks(blocks)).toEqual([`[ERROR] ${message}`]);
  });

  test('all faults are told at once', () => {
    expect(checkMessageBlocks([{ type: 'header', text: plain(151) }, { type: 'sektion' }])).toHaveLength(2);
    expect(checkMessageBlocks('text')).toEqual(['[ERROR] must provide a array [json-pointer:/blocks]']);
  });
});

describe('what Slack refuses in views', () => {
  const field = input({ type: 'plain_text_input', action_id: 'a' });
  const refused: [string, object, string][] = [
    [
      '101 blocks',
      modal(many(101, () => ({ type: 'divider' }))),
      'no more than 100 items allowed [json-pointer:/view/blocks]',
    ],
    ['no title', modal([], { title: undefined }), 'missing required field: title [json-pointer:/view]'],
    [
      'a long title',
      modal([], { title: plain(25) }),
      'must be less than 25 characters [json-pointer:/view/title/text]',
    ],
    [
      'a long submit',
      modal([], { submit: plain(25) }),
      'must be less than 25 characters [json-pointer:/view/submit/text]',
    ],
    [
      'inputs without submit',
      modal([field], { submit: undefined }),
      'missing required field: submit [json-pointer:/view]',
    ],
    [
      'long private metadata',
      modal([], { private_metadata: 'x'.repeat(3001) }),
      'must be less than 3001 characters [json-pointer:/view/private_metadata]',
    ],
    [
      'a long callback id',
      modal([], { callback_id: 'x'.repeat(256) }),
      'must be less than 256 characters [json-pointer:/view/callback_id]',
    ],
    [
      'a field of another kind of view',
      modal([], { submit_disabled: true }),
      'invalid additional property: submit_disabled [json-pointer:/view]',
    ],
    [
      'markdown',
      modal([{ type: 'markdown', text: 'a' }]),
      'unsupported type: markdown [json-pointer:/view/blocks/0/type]',
    ],
    [
      'a long label',
      modal([{ ...field, label: plain(2001) }]),
      'must be less than 2001 characters [json-pointer:/view/blocks/0/label/text]',
    ],
    [
      'a mrkdwn label',
      modal([{ ...field, label: words(1) }]),
      'must be a valid enum value [json-pointer:/view/blocks/0/label/type]',
    ],
    [
      'a button as input',
      modal([input(button())]),
      'unsupported type: button [json-pointer:/view/blocks/0/element/type]',
    ],
    [
      'a long input',
      modal([input({ type: 'plain_text_input', action_id: 'a', max_length: 3001 })]),
      'must be no more than 3000 [json-pointer:/view/blocks/0/element/max_length]',
    ],
    [
      'an impossible length',
      modal([input({ type: 'plain_text_input', action_id: 'a', min_length: 9, max_length: 8 })]),
      'min_length must not exceed max_length [json-pointer:/view/blocks/0/element]',
    ],
    [
      'two with focus',
      modal(many(2, () => input({ type: 'plain_text_input', action_id: 'a', focus_on_load: true }))),
      'only one element may set focus_on_load [json-pointer:/view/blocks]',
    ],
  ];
  test.each(refused)('%s', (_, view, message) => {
    expect(checkView(view, 'modal')).toEqual([`[ERROR] ${message}`]);
  });

  test('a modal’s fields in a Home tab', () => {
    expect(checkView({ type: 'home', blocks: [], submit: plain(1) }, 'home')).toEqual([
      '[ERROR] invalid additional property: submit [json-pointer:/view]',
    ]);
  });
});
