import { elementsOf } from './block-kit.ts';
import type { JsonObject } from './types.ts';

/** Finds people and channels by the names a test or a person uses. */
export interface Lookups {
  userId(handleOrId: string): string;
  channelId(nameOrId: string): string;
}

/** `view.state.values` or `state.values` of a message: block id, then action id. */
export type StateValues = Record<string, Record<string, JsonObject>>;

/** What a person may put into an element: text, an option, a date, or several of them; `null` empties it. */
export type Given = string | number | null | readonly string[];

interface Kind {
  /** Name of the field that carries the value in a payload. */
  field: string;
  /** Name of the field that carries the value it starts with. */
  initial: string;
  empty: null | readonly never[];
  read: (given: Given, element: JsonObject, lookups: Lookups) => unknown;
}

interface Option extends JsonObject {
  text: { text: string };
  value: string;
}

const text: Kind = { field: 'value', initial: 'initial_value', empty: null, read: (given) => String(given) };
const one = (field: string, initial: string, read: Kind['read']): Kind => ({
  field,
  initial,
  empty: null,
  read,
});
const many = (field: string, initial: string, read: Kind['read']): Kind => ({
  field,
  initial,
  empty: [],
  read,
});
const each = (given: Given): string[] => (Array.isArray(given) ? given : [given]).map(String);

const option: Kind['read'] = (given, element) => findOption(element, String(given));
const optionList: Kind['read'] = (given, element) => each(given).map((name) => findOption(element, name));
const user: Kind['read'] = (given, _, lookups) => lookups.userId(String(given));
const userList: Kind['read'] = (given, _, lookups) => each(given).map(lookups.userId);
const channel: Kind['read'] = (given, _, lookups) => lookups.channelId(String(given));
const channelList: Kind['read'] = (given, _, lookups) => each(given).map(lookups.channelId);

const KINDS: Record<string, Kind> = {
  plain_text_input: text,
  email_text_input: text,
  url_text_input: text,
  number_input: text,
  static_select: one('selected_option', 'initial_option', option),
  external_select: one('selected_option', 'initial_option', option),
  radio_buttons: one('selected_option', 'initial_option', option),
  multi_static_select: many('selected_options', 'initial_options', optionList),
  multi_external_select: many('selected_options', 'initial_options', optionList),
  checkboxes: many('selected_options', 'initial_options', optionList),
  users_select: one('selected_user', 'initial_user', user),
  multi_users_select: many('selected_users', 'initial_users', userList),
  conversations_select: one('selected_conversation', 'initial_conversation', channel),
  multi_conversations_select: many('selected_conversations', 'initial_conversations', channelList),
  channels_select: one('selected_channel', 'initial_channel', channel),
  multi_channels_select: many('selected_channels', 'initial_channels', channelList),
  datepicker: one('selected_date', 'initial_date', (given) => String(given)),
  timepicker: one('selected_time', 'initial_time', (given) => String(given)),
  datetimepicker: one('selected_date_time', 'initial_date_time', (given) => Number(given)),
};

/** True for elements that keep a value (not buttons and overflow menus). */
export function isStateful(element: JsonObject): boolean {
  return String(element.type) in KINDS;
}

/** The payload fields of an element that holds what a person gave. @throws if there is no such option. */
export function stateValue(element: JsonObject, given: Given, lookups: Lookups): JsonObject {
  const kind = kindOf(element);
  const isEmpty = given === null || given === '' || (Array.isArray(given) && given.length === 0);
  return { type: element.type, [kind.field]: isEmpty ? kind.empty : kind.read(given, element, lookups) };
}

/** The fields a chosen overflow option or a filled element adds to an action. @throws like `stateValue`. */
export function actionValue(element: JsonObject, given: Given, lookups: Lookups): JsonObject {
  if (element.type === 'overflow') {
    return { type: 'overflow', selected_option: findOption(element, String(given)) };
  }
  return stateValue(element, given, lookups);
}

/** Options that an app's own list (`external_select`) offered are put on the element before it is filled. */
function findOption(element: JsonObject, name: string): Option {
  const groups = (element.option_groups ?? []) as { options: Option[] }[];
  const options = (element.options as Option[] | undefined) ?? groups.flatMap((group) => group.options);
  const found =
    options.find((candidate) => candidate.value === name) ??
    options.find((candidate) => candidate.text.text === name);
  if (!found) {
    const offered = options.map((candidate) => `"${candidate.text.text}" (${candidate.value})`).join(', ');
    throw new Error(
      `"${name}" is not on offer in ${String(element.action_id)}; there is ${offered || 'nothing'}`,
    );
  }
  return found;
}

/** `state.values` of blocks: what was entered, else what each element started with. */
export function stateValues(
  blocks: readonly JsonObject[],
  entered: ReadonlyMap<string, JsonObject>,
): StateValues {
  const values: StateValues = {};
  for (const block of blocks) {
    for (const element of elementsOf(block)) {
      if (!isStateful(element)) continue;
      const [blockId, actionId] = [String(block.block_id), String(element.action_id)];
      values[blockId] ??= {};
      values[blockId][actionId] = entered.get(entryKey(blockId, actionId)) ?? initialValue(element);
    }
  }
  return values;
}

/** Where an entered value is kept. */
export function entryKey(blockId: string, actionId: string): string {
  return `${blockId}\n${actionId}`;
}

function initialValue(element: JsonObject): JsonObject {
  const kind = kindOf(element);
  return { type: element.type, [kind.field]: element[kind.initial] ?? kind.empty };
}

/** What Slack's client would hold against an input block before it submits; `undefined` if nothing. */
export function inputProblem(block: JsonObject, value: JsonObject): string | undefined {
  const element = block.element as JsonObject;
  const held = value[kindOf(element).field];
  if (held === null || held === undefined || (Array.isArray(held) && held.length === 0)) {
    return block.optional === true ? undefined : 'Please complete this required field.';
  }
  if (typeof held === 'string') return textProblem(element, held);
  if (Array.isArray(held) && held.length > Number(element.max_selected_items ?? Number.POSITIVE_INFINITY)) {
    return `Please choose at most ${String(element.max_selected_items)}.`;
  }
  return undefined;
}

function textProblem(element: JsonObject, held: string): string | undefined {
  const isText = element.type === 'plain_text_input';
  if (isText && held.length < Number(element.min_length ?? 0)) {
    return `Please enter at least ${String(element.min_length)} characters.`;
  }
  if (isText && held.length > Number(element.max_length ?? 3000)) {
    return `Please enter at most ${String(element.max_length ?? 3000)} characters.`;
  }
  if (element.type === 'email_text_input' && !/^\S+@\S+\.\S+$/.test(held))
    return 'Please enter an email address.';
  if (element.type === 'url_text_input' && !URL.canParse(held)) return 'Please enter a URL.';
  if (element.type === 'number_input') return numberProblem(element, held);
  return undefined;
}

function numberProblem(element: JsonObject, held: string): string | undefined {
  const number = Number(held);
  if (held.trim() === '' || !Number.isFinite(number)) return 'Please enter a number.';
  if (element.is_decimal_allowed !== true && !Number.isInteger(number)) return 'Please enter a whole number.';
  if (number < Number(element.min_value ?? Number.NEGATIVE_INFINITY)) return 'The number is too small.';
  if (number > Number(element.max_value ?? Number.POSITIVE_INFINITY)) return 'The number is too large.';
  return undefined;
}

function kindOf(element: JsonObject): Kind {
  const kind = KINDS[String(element.type)];
  if (!kind) throw new Error(`${String(element.type)} holds no value`);
  return kind;
}
