import { checkMessageBlocks } from './block-kit.ts';
import { jsonArg, stringArg } from './methods/method.ts';
import { type ApiReply, type JsonObject, slackError } from './types.ts';
import { withIds } from './with-ids.ts';

/** What a message is made of, checked. */
export interface MessageContent {
  text: string | undefined;
  blocks: JsonObject[] | undefined;
  attachments: JsonObject[] | undefined;
  metadata: JsonObject | undefined;
  /** Set when Slack takes the message but a careful app would not send it like this. */
  warning: 'missing_text_in_message' | undefined;
}

const MAX_TEXT = 40_000;
const MAX_MARKDOWN = 12_000;
const MAX_ATTACHMENTS = 100;

/** Holds a message to Slack's rules; the refusal is Slack's own answer. */
export function checkMessage(args: JsonObject): { content: MessageContent } | { refusal: ApiReply } {
  const blocks = jsonArg(args, 'blocks');
  if (blocks.error || !isObjectArray(blocks.value)) return { refusal: slackError('invalid_blocks_format') };
  const attachments = jsonArg(args, 'attachments');
  if (attachments.error || !isObjectArray(attachments.value))
    return { refusal: slackError('invalid_attachments') };
  const metadata = jsonArg(args, 'metadata');
  if (metadata.error || !isMetadata(metadata.value))
    return { refusal: slackError('invalid_metadata_format') };

  const refusal = refuseText(args) ?? refuseBlocks(blocks.value, attachments.value);
  if (refusal) return { refusal };
  const text = args.text === undefined ? (args.markdown_text as string | undefined) : stringArg(args, 'text');
  const hasRich = Boolean(blocks.value?.length || attachments.value?.length);
  return {
    content: {
      text,
      blocks: blocks.value && withIds(blocks.value),
      attachments: attachments.value?.map(withAttachmentIds),
      metadata: metadata.value,
      warning: hasRich && !text ? 'missing_text_in_message' : undefined,
    },
  };
}

/** True if there is anything to show. */
export function hasContent(content: MessageContent): boolean {
  return Boolean(content.text || content.blocks?.length || content.attachments?.length);
}

function refuseText(args: JsonObject): ApiReply | undefined {
  if (stringArg(args, 'text').length > MAX_TEXT) return slackError('msg_too_long');
  const markdown = stringArg(args, 'markdown_text');
  if (!markdown) return undefined;
  if (args.text !== undefined || args.blocks !== undefined) return slackError('markdown_text_conflict');
  return markdown.length > MAX_MARKDOWN ? slackError('msg_too_long') : undefined;
}

function refuseBlocks(blocks: unknown, attachments: JsonObject[] | undefined): ApiReply | undefined {
  const problems = blocks === undefined ? [] : checkMessageBlocks(blocks);
  if (problems.length > 0) return invalid('invalid_blocks', problems);
  if ((attachments?.length ?? 0) > MAX_ATTACHMENTS) return slackError('too_many_attachments');
  const inside = (attachments ?? []).flatMap((attachment, index) =>
    attachment.blocks === undefined
      ? []
      : checkMessageBlocks(attachment.blocks, `/attachments/${index}/blocks`),
  );
  return inside.length > 0 ? invalid('invalid_attachments', inside) : undefined;
}

function invalid(error: string, messages: string[]): ApiReply {
  const errors = messages.map((message) => message.replace(/^\[ERROR\] /, ''));
  return slackError(error, { errors, response_metadata: { messages } });
}

function withAttachmentIds(attachment: JsonObject, index: number): JsonObject {
  if (attachment.blocks === undefined) return { id: index + 1, ...attachment };
  return { id: index + 1, ...attachment, blocks: withIds(attachment.blocks as JsonObject[]) };
}

function isObjectArray(value: unknown): value is JsonObject[] | undefined {
  if (value === undefined) return true;
  return Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null);
}

function isMetadata(value: unknown): value is JsonObject | undefined {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  if (Object.keys(value).length === 0) return true;
  const metadata = value as JsonObject;
  const payload = metadata.event_payload;
  return typeof metadata.event_type === 'string' && typeof payload === 'object' && payload !== null;
}
