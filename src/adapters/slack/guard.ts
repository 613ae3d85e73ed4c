import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse } from 'node:querystring';
import { verifySlackRequest } from '@slack/bolt';

/** Lets only requests through that Slack has signed, now, and that can be read. */
export interface Guard {
  /** True if the request may go on; else it has been answered. The body is read either way. */
  admits(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
}

interface Refused {
  status: 400 | 401 | 405 | 413 | 415;
  words: string;
}

/** Slack's largest requests are modals: 250 kB. */
const MAX_BYTES = 1_000_000;
const MAX_SKEW_S = 5 * 60;
const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

/** @param now milliseconds since 1970 */
export function createGuard(deps: { signingSecret: string; now?: () => number }): Guard {
  const { signingSecret, now = Date.now } = deps;

  return {
    async admits(req, res) {
      const early = refuseByHead(req);
      if (early) return refuse(res, early);
      const body = await readBody(req);
      if (!body) return refuse(res, { status: 413, words: 'this is larger than anything Slack sends' });
      // Slack's test of our certificate is not signed. It is answered here, and nothing else is done with it.
      if (isCertificateCheck(req, body)) return answer(res, 200, '');
      const problem = refuseBySignature(req, body, signingSecret, now()) ?? refuseByContent(req, body);
      if (problem) return refuse(res, problem);
      // Where Bolt looks for a body that has been read already.
      Object.assign(req, { rawBody: body });
      return true;
    },
  };
}

function refuseByHead(req: IncomingMessage): Refused | undefined {
  if (req.method !== 'POST') return { status: 405, words: 'Slack sends POST requests here' };
  const type = (req.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== FORM && type !== JSON_TYPE) return { status: 415, words: `expected ${FORM} or ${JSON_TYPE}` };
  if (Number(req.headers['content-length']) > MAX_BYTES) {
    return { status: 413, words: 'this is larger than anything Slack sends' };
  }
  // Bolt takes a form with a character set for JSON.
  req.headers['content-type'] = type;
  return undefined;
}

function refuseBySignature(
  req: IncomingMessage,
  body: Buffer,
  signingSecret: string,
  nowMs: number,
): Refused | undefined {
  const refused: Refused = { status: 401, words: 'this request is not signed by Slack' };
  const timestamp = req.headers['x-slack-request-timestamp'];
  const signature = req.headers['x-slack-signature'];
  if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp) || typeof signature !== 'string') {
    return refused;
  }
  // Bolt minds old requests only; one from the future could be kept and used later.
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > MAX_SKEW_S) {
    return { status: 401, words: 'the time stamp is more than five minutes away from our clock' };
  }
  try {
    verifySlackRequest({
      signingSecret,
      body: body.toString(),
      headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': Number(timestamp) },
      nowMilliseconds: nowMs,
    });
    return undefined;
  } catch {
    // Why is of no use to the sender, and some of it to a forger.
    return refused;
  }
}

/** Bolt would end the process over a body that is JSON but no object. */
function refuseByContent(req: IncomingMessage, body: Buffer): Refused | undefined {
  const isForm = req.headers['content-type'] === FORM;
  const json = isForm ? parse(body.toString()).payload : body.toString();
  if (json === undefined) return undefined;
  return typeof json === 'string' && isJsonObject(json)
    ? undefined
    : { status: 400, words: 'the payload is not a JSON object' };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function isCertificateCheck(req: IncomingMessage, body: Buffer): boolean {
  return req.headers['content-type'] === FORM && parse(body.toString()).ssl_check === '1';
}

/** Undefined when it is too large; then the rest is not kept. @throws when the sender goes away. */
async function readBody(req: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > MAX_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function refuse(res: ServerResponse, { status, words }: Refused): false {
  if (status === 405) res.setHeader('allow', 'POST');
  // What is left of a body that is too large must not be taken for the next request.
  if (status === 413) res.setHeader('connection', 'close');
  return answer(res, status, `${words}\n`);
}

function answer(res: ServerResponse, status: number, words: string): false {
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  res.end(words);
  return false;
}
