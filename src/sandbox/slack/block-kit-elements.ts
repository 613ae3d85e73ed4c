import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import {
  actionable,
  confirmable,
  conversationFilter,
  dispatchable,
  focusable,
  hasOneSource,
  imageSource,
  listedOption,
  menuOption,
  optionGroup,
  overflowOption,
  placeholdable,
  plainText,
} from './block-kit-objects.ts';

const ids = (max: number) => z.array(z.string().min(1)).max(max);
const menu = { ...actionable, ...confirmable, ...focusable, ...placeholdable };
const multiple = { max_selected_items: z.number().int().min(1).optional() };
const typing = { ...actionable, ...dispatchable, ...focusable, ...placeholdable };

const button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  value: z.string().max(2000).optional(),
  url: z.string().min(1).max(3000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: z.string().max(75).optional(),
  ...actionable,
  ...confirmable,
});

const overflow = z.strictObject({
  type: z.literal('overflow'),
  options: z.array(overflowOption).min(1).max(5),
  ...actionable,
  ...confirmable,
});

/** A small picture beside text. */
export const imageElement = z
  .strictObject({ type: z.literal('image'), ...imageSource })
  .refine(hasOneSource, 'exactly one of image_url and slack_file must be given');

const staticOptions = {
  options: z.array(menuOption).min(1).max(100).optional(),
  option_groups: z.array(optionGroup).min(1).max(100).optional(),
};

interface StaticOptions {
  options?: unknown[];
  option_groups?: { options: unknown[] }[];
}

function hasOneList(element: StaticOptions): boolean {
  return (element.options === undefined) !== (element.option_groups === undefined);
}

const ONE_LIST = 'exactly one of options and option_groups must be given';
const INITIAL = 'initial option must exactly match one of the options';

/** Slack refuses an initial option that is not, to the letter, one of the options. */
function offers(element: StaticOptions, wanted: readonly unknown[]): boolean {
  const all = element.options ?? element.option_groups?.flatMap((group) => group.options) ?? [];
  return wanted.every((one) => all.some((option) => isDeepStrictEqual(option, one)));
}

const staticSelect = z
  .strictObject({
    type: z.literal('static_select'),
    ...menu,
    ...staticOptions,
    initial_option: menuOption.optional(),
  })
  .refine(hasOneList, ONE_LIST)
  .refine((one) => offers(one, one.initial_option ? [one.initial_option] : []), INITIAL);

const multiStaticSelect = z
  .strictObject({
    type: z.literal('multi_static_select'),
    ...menu,
    ...multiple,
    ...staticOptions,
    initial_options: z.array(menuOption).min(1).max(100).optional(),
  })
  .refine(hasOneList, ONE_LIST)
  .refine((one) => offers(one, one.initial_options ?? []), INITIAL);

const external = { min_query_length: z.number().int().min(0).optional() };
const externalSelect = z.strictObject({
  type: z.literal('external_select'),
  ...menu,
  ...external,
  initial_option: menuOption.optional(),
});
const multiExternalSelect = z.strictObject({
  type: z.literal('multi_external_select'),
  ...menu,
  ...multiple,
  ...external,
  initial_options: z.array(menuOption).min(1).max(100).optional(),
});

const usersSelect = z.strictObject({
  type: z.literal('users_select'),
  ...menu,
  initial_user: z.string().min(1).optional(),
});
const multiUsersSelect = z.strictObject({
  type: z.literal('multi_users_select'),
  ...menu,
  ...multiple,
  initial_users: ids(100).optional(),
});

const conversations = {
  default_to_current_conversation: z.boolean().optional(),
  filter: conversationFilter.optional(),
};
const respondable = { response_url_enabled: z.boolean().optional() };
const conversationsSelect = z.strictObject({
  type: z.literal('conversations_select'),
  ...menu,
  ...conversations,
  ...respondable,
  initial_conversation: z.string().min(1).optional(),
});
const multiConversationsSelect = z.strictObject({
  type: z.literal('multi_conversations_select'),
  ...menu,
  ...multiple,
  ...conversations,
  initial_conversations: ids(100).optional(),
});
const channelsSelect = z.strictObject({
  type: z.literal('channels_select'),
  ...menu,
  ...respondable,
  initial_channel: z.string().min(1).optional(),
});
const multiChannelsSelect = z.strictObject({
  type: z.literal('multi_channels_select'),
  ...menu,
  ...multiple,
  initial_channels: ids(100).optional(),
});

const radioButtons = z
  .strictObject({
    type: z.literal('radio_buttons'),
    ...actionable,
    ...confirmable,
    ...focusable,
    options: z.array(listedOption).min(1).max(10),
    initial_option: listedOption.optional(),
  })
  .refine((one) => offers(one, one.initial_option ? [one.initial_option] : []), INITIAL);

const checkboxes = z
  .strictObject({
    type: z.literal('checkboxes'),
    ...actionable,
    ...confirmable,
    ...focusable,
    options: z.array(listedOption).min(1).max(10),
    initial_options: z.array(listedOption).min(1).max(10).optional(),
  })
  .refine((one) => offers(one, one.initial_options ?? []), INITIAL);

const datepicker = z.strictObject({
  type: z.literal('datepicker'),
  ...menu,
  initial_date: z.iso.date().optional(),
});
const timepicker = z.strictObject({
  type: z.literal('timepicker'),
  ...menu,
  initial_time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .optional(),
  timezone: z.string().optional(),
});
const datetimepicker = z.strictObject({
  type: z.literal('datetimepicker'),
  ...actionable,
  ...confirmable,
  ...focusable,
  initial_date_time: z.number().int().min(1_000_000_000).max(9_999_999_999).optional(),
});

const plainTextInput = z
  .strictObject({
    type: z.literal('plain_text_input'),
    ...typing,
    initial_value: z.string().max(3000).optional(),
    multiline: z.boolean().optional(),
    min_length: z.number().int().min(0).max(3000).optional(),
    max_length: z.number().int().min(1).max(3000).optional(),
  })
  .refine((one) => (one.min_length ?? 0) <= (one.max_length ?? 3000), 'min_length must not exceed max_length')
  .refine(
    (one) => one.initial_value === undefined || one.initial_value.length <= (one.max_length ?? 3000),
    'initial_value must not be longer than max_length',
  );
const emailInput = z.strictObject({
  type: z.literal('email_text_input'),
  ...typing,
  initial_value: z.string().optional(),
});
const urlInput = z.strictObject({
  type: z.literal('url_text_input'),
  ...typing,
  initial_value: z.string().optional(),
});
const numberInput = z.strictObject({
  type: z.literal('number_input'),
  ...typing,
  is_decimal_allowed: z.boolean(),
  initial_value: z.string().optional(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
});

const singleMenus = [staticSelect, externalSelect, usersSelect, conversationsSelect, channelsSelect] as const;
const multiMenus = [
  multiStaticSelect,
  multiExternalSelect,
  multiUsersSelect,
  multiConversationsSelect,
  multiChannelsSelect,
] as const;
const pickers = [datepicker, timepicker] as const;
const lists = [radioButtons, checkboxes] as const;

/** What may stand beside a section. */
export const accessory = z.discriminatedUnion('type', [
  button,
  overflow,
  imageElement,
  ...singleMenus,
  ...multiMenus,
  ...pickers,
  ...lists,
]);

/** What may stand in an actions block. */
export const actionElement = z.discriminatedUnion('type', [
  button,
  overflow,
  ...singleMenus,
  ...multiMenus,
  ...pickers,
  datetimepicker,
  ...lists,
]);

/** What may stand in an input block. */
export const inputElement = z.discriminatedUnion('type', [
  plainTextInput,
  emailInput,
  urlInput,
  numberInput,
  ...singleMenus,
  ...multiMenus,
  ...pickers,
  datetimepicker,
  ...lists,
]);
