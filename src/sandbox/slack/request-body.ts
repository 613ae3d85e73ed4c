import type { IncomingMessage } from 'node:http';
import type { JsonObject } from './types.ts';

const MAX_BYTES = 5_000_000;
/** Arguments that forms carry as JSON text. */
const STRUCTURED = new Set(['attachments', 'blocks', 'files', 'metadata', 'users', 'view']);

/** Reads a request to its end. @throws if it is larger than any Slack call can be. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error('The request is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The arguments of a Web API call, from the query and from a form or JSON body; `undefined` if unreadable. */
export function parseArgs(
  request: IncomingMessage,
  query: URLSearchParams,
  body: Buffer,
): JsonObject | undefined {
  const contentType = request.headers['content-type'] ?? '';
  const fromQuery = fromForm(query);
  if (body.length === 0) return fromQuery;
  if (contentType.includes('application/json')) {
    const parsed = parseJsonObject(body.toString());
    return parsed && { ...fromQuery, ...parsed };
  }
  if (!contentType.includes('application/x-www-form-urlencoded')) return undefined;
  return { ...fromQuery, ...fromForm(new URLSearchParams(body.toString())) };
}

function fromForm(form: URLSearchParams): JsonObject {
  const args: JsonObject = {};
  for (const [key, value] of form) {
    args[key] = STRUCTURED.has(key) ? structured(value) : value;
  }
  return args;
}

// What cannot be parsed stays text: the method says what Slack says about it.
function structured(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** A JSON object from text; `undefined` for anything else. */
export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}
