import { z } from 'zod';

/**
 * The format of `templates/messages/<id>.yaml`. Every text is a Liquid template over the declared
 * variables. Lengths here are those of the fixed words: what people can read on a telephone. What
 * variables add is shortened when it is shown.
 */

const words = (max: number) =>
  z
    .string({ error: 'expected a text' })
    .refine((text) => text.trim() !== '', { error: 'expected some words' })
    .refine((text) => fixedLength(text) <= max, { error: `has more than ${max} characters of its own` });

/** Characters of a template besides its variables. One with alternatives is not measured: only some are shown. */
function fixedLength(template: string): number {
  if (/\{%-?\s*(?:if|case|unless|for)\b/.test(template)) return 0;
  return template.replaceAll(/\{\{.*?\}\}|\{%.*?%\}/gs, '').trim().length;
}

const VariableName = z.string().regex(/^[a-z][A-Za-z]*$/, { error: 'expected a name such as incident' });

/** When, and how often, a part is shown. */
const shown = {
  /** A condition as after `if`. */
  when: z.string().trim().min(1).optional(),
  /** Once for each element of a list; `limit`: at most so many. */
  forEach: z
    .strictObject({
      as: VariableName,
      in: z.string().regex(/^[a-z][A-Za-z]*(\.[A-Za-z]+)*$/, { error: 'expected the path of a list' }),
      limit: z.int().min(1).max(100).optional(),
    })
    .optional(),
};

const Confirm = z.strictObject({
  title: words(100),
  text: words(300),
  confirm: words(30),
  deny: words(30),
});

const Button = z.strictObject({
  label: words(30),
  intent: z.string().min(1),
  value: z.record(z.string(), z.string()).default({}),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: Confirm.optional(),
  url: z.string().min(1).optional(),
  /** What a screen reader says instead of the label. */
  describe: words(75).optional(),
  ...shown,
});
export type ButtonText = z.infer<typeof Button>;

const Fact = z.strictObject({ label: words(60), value: words(600), ...shown });

const BLOCK_KINDS = ['title', 'text', 'facts', 'note', 'divider', 'buttons'] as const;
/** What fits beside each other on a telephone. */
const BUTTONS_IN_A_ROW = 3;

const Block = z
  .strictObject({
    title: words(120).optional(),
    text: words(2000).optional(),
    /** Which end of a text stays when it is too long to be shown. */
    keep: z.enum(['start', 'end']).optional(),
    facts: z.array(Fact).min(1).max(10).optional(),
    note: words(600).optional(),
    divider: z.literal(true).optional(),
    buttons: z.array(Button).min(1).max(BUTTONS_IN_A_ROW).optional(),
    ...shown,
  })
  .refine((block) => BLOCK_KINDS.filter((kind) => block[kind] !== undefined).length === 1, {
    error: `expected exactly one of ${BLOCK_KINDS.join(', ')}`,
  })
  .refine((block) => block.keep === undefined || block.text !== undefined, {
    error: 'keep belongs to a text',
  });
export type BlockText = z.infer<typeof Block>;

const FormWords = z.strictObject({
  title: words(24),
  submit: words(24),
  close: words(24),
  intro: z.array(Block).default([]),
  fields: z.record(
    z.string(),
    z.strictObject({
      label: words(80),
      hint: words(200).optional(),
      placeholder: words(100).optional(),
      options: z.record(z.string(), words(75)).optional(),
    }),
  ),
});

export const MessageFile = z
  .strictObject({
    id: z.string(),
    variables: z.array(VariableName).default([]),
    text: words(300).optional(),
    blocks: z.array(Block).default([]),
    form: FormWords.optional(),
  })
  .refine((file) => (file.text === undefined) !== (file.form === undefined), {
    error: 'expected either text and blocks, or form',
  });
export type MessageText = z.infer<typeof MessageFile>;

/** Plain words over declared variables, such as a refusal's. */
export const Sentence = words(400);
export { VariableName };
