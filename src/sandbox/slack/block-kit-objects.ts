import { z } from 'zod';

/** Plain text of at most `max` characters. */
export const plainText = (max: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });

const mrkdwn = (max: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(max),
    verbatim: z.boolean().optional(),
  });

/** Plain text or mrkdwn of at most `max` characters. */
export const anyText = (max: number) => z.discriminatedUnion('type', [plainText(max), mrkdwn(max)]);

/** Members of a context block besides images. */
export const contextTexts = [plainText(3000), mrkdwn(3000)] as const;

const id255 = z.string().min(1).max(255);

/** Fields every block may have. */
export const blockBase = { block_id: id255.optional() };
/** Fields every interactive element may have. */
export const actionable = { action_id: id255.optional() };

/** The question asked before an interaction is sent. */
export const confirmable = {
  confirm: z
    .strictObject({
      title: plainText(100),
      text: anyText(300),
      confirm: plainText(30),
      deny: plainText(30),
      style: z.enum(['primary', 'danger']).optional(),
    })
    .optional(),
};

/** Grey words in an empty field. */
export const placeholdable = { placeholder: plainText(150).optional() };
/** At most one element of a view may take the cursor. */
export const focusable = { focus_on_load: z.boolean().optional() };

/** When typing in a text field is sent at once. */
export const dispatchable = {
  dispatch_action_config: z
    .strictObject({
      trigger_actions_on: z
        .array(z.enum(['on_enter_pressed', 'on_character_entered']))
        .min(1)
        .max(2),
    })
    .optional(),
};

const optionFields = {
  value: z.string().min(1).max(75),
  description: plainText(75).optional(),
};

/** An option of a menu (plain text only). */
export const menuOption = z.strictObject({ text: plainText(75), ...optionFields });
/** An option of radio buttons and checkboxes (mrkdwn allowed). */
export const listedOption = z.strictObject({
  text: anyText(75),
  ...optionFields,
  description: anyText(75).optional(),
});
/** An option of an overflow menu (may be a link). */
export const overflowOption = z.strictObject({
  text: plainText(75),
  ...optionFields,
  url: z.string().max(3000).optional(),
});
/** Options under a heading. */
export const optionGroup = z.strictObject({
  label: plainText(75),
  options: z.array(menuOption).min(1).max(100),
});

/** An image by public address or by Slack file. */
export const imageSource = {
  image_url: z.string().min(1).max(3000).optional(),
  slack_file: z
    .strictObject({ id: z.string().optional(), url: z.string().optional() })
    .refine(
      (file) => (file.id === undefined) !== (file.url === undefined),
      'exactly one of id and url must be given',
    )
    .optional(),
  alt_text: z.string().min(1).max(2000),
};

/** True if exactly one source of the image is given. */
export function hasOneSource(image: { image_url?: string; slack_file?: unknown }): boolean {
  return (image.image_url === undefined) !== (image.slack_file === undefined);
}

/** Says which kinds of conversation a menu lists. */
export const conversationFilter = z
  .strictObject({
    include: z
      .array(z.enum(['im', 'mpim', 'private', 'public']))
      .min(1)
      .optional(),
    exclude_external_shared_channels: z.boolean().optional(),
    exclude_bot_users: z.boolean().optional(),
  })
  .refine((filter) => Object.keys(filter).length > 0, 'filter must not be empty');
