import { createHash } from 'node:crypto';
import type { InputBlock, ModalView, PlainTextOption } from '@slack/types';
import type { Form, FormField, FormOption } from '../../app/ports/chat.ts';
import type { FieldWords } from '../../core/message/message.ts';
import { assertNever } from '../../core/shared/assert-never.ts';
import { shorten } from '../../lib/clean-text.ts';
import { LIMITS, plainText } from './limits.ts';
import { plain, renderBlocks } from './render-message.ts';

/** The one element of every field; the field's name is its block. */
const ACTION = 'value';
/** So few choices are all shown at once. */
const FEW = 5;

/** A form as a modal. A choice without options is left out: Slack takes no empty menu. */
export function renderForm(form: Form): ModalView {
  const { words, fields, callback, context } = form;
  const inputs = fields.flatMap((field) => inputOf(field, words.fields[field.name]));
  const intro = renderBlocks(
    { text: '', blocks: words.intro },
    { ...LIMITS.view, blocks: LIMITS.view.blocks - inputs.length },
  );
  return {
    type: 'modal',
    callback_id: callback,
    private_metadata: metadata(callback, context),
    title: plain(plainText(words.title), LIMITS.view.title),
    submit: plain(plainText(words.submit), LIMITS.view.submit),
    close: plain(plainText(words.close), LIMITS.view.close),
    blocks: [...intro, ...inputs],
  };
}

/** What was filled in, by field name; what was left empty is undefined. */
export function readForm(view: {
  state: { values: Record<string, Record<string, unknown>> };
}): Record<string, string | string[] | undefined> {
  return Object.fromEntries(
    Object.entries(view.state.values).map(([name, elements]) => [name, filledIn(elements[ACTION])]),
  );
}

interface State {
  value?: string | null;
  selected_option?: { value: string } | null;
  selected_options?: { value: string }[];
  selected_user?: string | null;
  selected_users?: string[];
}

function filledIn(element: unknown): string | string[] | undefined {
  const state = (element ?? {}) as State;
  if (state.selected_options) return state.selected_options.map(({ value }) => value);
  if (state.selected_users) return state.selected_users;
  return state.value ?? state.selected_option?.value ?? state.selected_user ?? undefined;
}

function metadata(callback: string, context: Record<string, string>): string {
  const text = JSON.stringify({ callback, context });
  if (text.length > LIMITS.view.privateMetadata) {
    // Never shortened: a cut id would mean something else.
    throw new Error(`the form ${callback} carries more than ${LIMITS.view.privateMetadata} characters`);
  }
  return text;
}

function inputOf(field: FormField, words: FieldWords = { label: field.name }): InputBlock[] {
  const choices =
    field.kind === 'choice' || field.kind === 'choices' ? offered(named(field, words)) : undefined;
  const element = elementOf(field, choices?.options ?? [], words);
  if (!element) return [];
  const hint = [words.hint && plainText(words.hint), choices?.left].filter((line) => line).join(' ');
  return [
    {
      type: 'input',
      block_id: field.name,
      label: plain(plainText(words.label), LIMITS.input.label),
      ...(hint ? { hint: plain(hint, LIMITS.input.hint) } : {}),
      ...(field.optional ? { optional: true } : {}),
      element,
    },
  ];
}

/** The labels of fixed choices come with the words of the form. */
function named<F extends { options: FormOption[] }>(field: F, { options = {} }: FieldWords): F {
  return {
    ...field,
    options: field.options.map((option) => ({ ...option, label: options[option.value] ?? option.label })),
  };
}

function elementOf(
  field: FormField,
  options: PlainTextOption[],
  words: FieldWords,
): InputBlock['element'] | undefined {
  const placeholder = words.placeholder
    ? { placeholder: plain(plainText(words.placeholder), LIMITS.input.placeholder) }
    : {};
  const base = { action_id: ACTION };
  switch (field.kind) {
    case 'text':
      return { type: 'plain_text_input', ...base, ...textSettings(field), ...placeholder };
    case 'choice':
      return choiceOf(field, options, { ...base, ...placeholder });
    case 'choices':
      return choicesOf(field, options, { ...base, ...placeholder });
    case 'person': {
      const initial = field.initial ? { initial_user: field.initial } : {};
      return { type: 'users_select', ...base, ...placeholder, ...initial };
    }
    case 'people': {
      const initial = field.initial?.length
        ? { initial_users: field.initial.slice(0, LIMITS.option.count) }
        : {};
      return { type: 'multi_users_select', ...base, ...placeholder, ...initial };
    }
    default:
      return assertNever(field);
  }
}

function textSettings(field: Extract<FormField, { kind: 'text' }>) {
  const max = Math.min(field.maxLength ?? LIMITS.input.text, LIMITS.input.text);
  return {
    max_length: max,
    ...(field.multiline ? { multiline: true } : {}),
    ...(field.initial ? { initial_value: shorten(field.initial, max) } : {}),
  };
}

interface Base {
  action_id: string;
  placeholder?: ReturnType<typeof plain>;
}

/** Few choices with a meaning each are all shown; a menu would hide what they mean. */
function choiceOf(field: Extract<FormField, { kind: 'choice' }>, options: PlainTextOption[], base: Base) {
  if (options.length === 0) return undefined;
  const chosen = options.find(
    ({ value }) => field.initial !== undefined && value === optionValue(field.initial),
  );
  const initial = chosen ? { initial_option: chosen } : {};
  // A pressed radio button cannot be let go again, so an optional choice stays a menu.
  const isListed = options.length <= FEW && !field.optional && options.some(({ description }) => description);
  if (isListed) return { type: 'radio_buttons' as const, action_id: base.action_id, options, ...initial };
  return { type: 'static_select' as const, ...base, options, ...initial };
}

function choicesOf(field: Extract<FormField, { kind: 'choices' }>, options: PlainTextOption[], base: Base) {
  if (options.length === 0) return undefined;
  const wanted = (field.initial ?? []).map(optionValue);
  const chosen = options.filter(({ value }) => value !== undefined && wanted.includes(value));
  const initial = chosen.length > 0 ? { initial_options: chosen } : {};
  if (options.length <= FEW)
    return { type: 'checkboxes' as const, action_id: base.action_id, options, ...initial };
  return { type: 'multi_static_select' as const, ...base, options, ...initial };
}

/** The options that Slack can show, those chosen already among them, and how many are left out. */
function offered(field: Extract<FormField, { kind: 'choice' | 'choices' }>): {
  options: PlainTextOption[];
  left?: string;
} {
  const { count } = LIMITS.option;
  if (field.options.length <= count) return { options: field.options.map(optionOf) };
  const initial = [field.initial ?? []].flat();
  const chosen = field.options.filter(({ value }) => initial.includes(value)).slice(0, count);
  const others = field.options
    .filter(({ value }) => !initial.includes(value))
    .slice(0, count - chosen.length);
  const shown = field.options.filter((option) => chosen.includes(option) || others.includes(option));
  const left = `${field.options.length - shown.length} more are not shown here; a typed command takes them.`;
  return { options: shown.map(optionOf), left };
}

function optionOf({ value, label, description }: FormOption): PlainTextOption {
  return {
    text: plain(label.trim() || value, LIMITS.option.text),
    value: optionValue(value),
    ...(description ? { description: plain(description, LIMITS.option.description) } : {}),
  };
}

/**
 * A value that Slack takes. One too long stays distinct, but is no longer the value: whoever receives the
 * form refuses it in words, and every other field of the form still works.
 */
function optionValue(value: string): string {
  if (value.length <= LIMITS.option.value) return value;
  const digest = createHash('sha256').update(value).digest('hex').slice(0, 12);
  return `${shorten(value, LIMITS.option.value - digest.length - 1)}#${digest}`;
}
