import type { JsonObject, SlackView } from '../slack/types.ts';

/** One thing to choose from. */
export interface Choice {
  label: string;
  value: string;
  description: string | undefined;
}

/** One field of a form as a person at a terminal fills it in. */
export interface FormField {
  blockId: string;
  label: string;
  hint: string | undefined;
  isOptional: boolean;
  kind: 'text' | 'lines' | 'one' | 'many' | 'person' | 'people' | 'channel' | 'typed';
  choices: Choice[];
  /** What it holds now: text, values of choices, or ids. */
  current: string[];
}

const KINDS: Record<string, FormField['kind']> = {
  static_select: 'one',
  radio_buttons: 'one',
  checkboxes: 'many',
  multi_static_select: 'many',
  users_select: 'person',
  multi_users_select: 'people',
  conversations_select: 'channel',
  channels_select: 'channel',
};

interface Option {
  text: { text: string };
  value: string;
  description?: { text: string };
}

/** The fields of a window, in order, with what they hold now. */
export function fieldsOf(view: SlackView): FormField[] {
  return view.blocks
    .filter((block) => block.type === 'input')
    .map((block) => {
      const element = block.element as JsonObject;
      const blockId = String(block.block_id);
      return {
        blockId,
        label: textOf(block.label) ?? '',
        hint: textOf(block.hint),
        isOptional: block.optional === true,
        kind: kindOf(element),
        choices: choicesOf(element),
        current: held(view.state.values[blockId]?.[String(element.action_id)] ?? {}),
      };
    });
}

function kindOf(element: JsonObject): FormField['kind'] {
  if (element.type === 'plain_text_input') return element.multiline === true ? 'lines' : 'text';
  return KINDS[String(element.type)] ?? 'typed';
}

function choicesOf(element: JsonObject): Choice[] {
  const groups = (element.option_groups ?? []) as { options: Option[] }[];
  const options = (element.options as Option[] | undefined) ?? groups.flatMap((group) => group.options);
  return options.map(({ text, value, description }) => ({
    label: text.text,
    value,
    description: description?.text,
  }));
}

const FIELDS = [
  'value',
  'selected_user',
  'selected_channel',
  'selected_conversation',
  'selected_date',
  'selected_time',
  'selected_date_time',
];
const LISTS = ['selected_users', 'selected_channels', 'selected_conversations'];

function held(state: JsonObject): string[] {
  const option = state.selected_option as Option | null | undefined;
  if (option) return [option.value];
  const options = state.selected_options as Option[] | undefined;
  if (options) return options.map(({ value }) => value);
  for (const name of LISTS) if (Array.isArray(state[name])) return (state[name] as unknown[]).map(String);
  for (const name of FIELDS)
    if (state[name] !== null && state[name] !== undefined) return [String(state[name])];
  return [];
}

function textOf(words: unknown): string | undefined {
  return (words as { text?: string } | undefined)?.text;
}
