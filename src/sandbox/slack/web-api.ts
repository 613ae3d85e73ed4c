import { type Answer, tooMany } from './front.ts';
import { booleanArg, listArg, type Methods, stringArg } from './methods/method.ts';
import type { Mirror } from './mirror.ts';
import type { RateLimits } from './rate-limits.ts';
import { METHOD_SCOPES, missingScopes, type ScopeKind } from './scopes.ts';
import { type InstalledBot, type JsonObject, slackError } from './types.ts';

interface WebApiDeps {
  bot: InstalledBot;
  methods: Methods;
  mirror: Mirror;
  rateLimits: RateLimits;
}

/** Runs a Web API call in Slack's order: token, rate, scopes, then the method itself. */
export function createWebApi({ bot, methods, mirror, rateLimits }: WebApiDeps) {
  const provided = [...bot.scopes].join(',');
  return async (method: string, token: string, args: JsonObject): Promise<Answer> => {
    const run = methods[method];
    if (!run || !(method in METHOD_SCOPES)) return ok(slackError('unknown_method', { req_method: method }));
    const refusal = refuseToken(bot, method, token);
    if (refusal) return ok(slackError(refusal));

    const channel = stringArg(args, 'channel') || stringArg(args, 'channel_id') || undefined;
    const wait = rateLimits.take(method, channel);
    if (wait !== undefined) return tooMany(wait);

    const kinds = kindsOf(mirror, method, args);
    const missing = missingScopes(method, kinds, bot.scopes);
    if (missing.length > 0) {
      const needed = missing.map((choice) => choice.join('|')).join(',');
      return ok(slackError('missing_scope', { needed, provided }), provided);
    }
    return ok(await run(args), provided);
  };
}

function ok(reply: Answer['reply'], scopes?: string): Answer {
  return { status: 200, reply, headers: scopes ? { 'x-oauth-scopes': scopes } : {} };
}

function refuseToken(bot: InstalledBot, method: string, token: string): string | undefined {
  if (!token) return 'not_authed';
  const isAppToken = bot.appToken !== undefined && token === bot.appToken;
  if (!isAppToken && token !== bot.token) return 'invalid_auth';
  if (method === 'api.test') return undefined;
  return isAppToken === (method === 'apps.connections.open') ? undefined : 'not_allowed_token_type';
}

const KIND_OF_TYPE: Readonly<Record<string, ScopeKind>> = {
  public_channel: 'public',
  private_channel: 'private',
  im: 'im',
  mpim: 'mpim',
};

/** The kinds of channel a call is about, which decide the scopes it needs. */
function kindsOf(mirror: Mirror, method: string, args: JsonObject): ScopeKind[] {
  if (method === 'conversations.create') return [booleanArg(args, 'is_private') ? 'private' : 'public'];
  if (method === 'conversations.list' || method === 'users.conversations') {
    const types = listArg(args, 'types');
    return (types.length > 0 ? types : ['public_channel']).flatMap((type) => KIND_OF_TYPE[type] ?? []);
  }
  const channel = mirror.channel(stringArg(args, 'channel'));
  if (channel) return [channel.kind];
  if (method === 'conversations.open') return [listArg(args, 'users').length > 1 ? 'mpim' : 'im'];
  return [];
}
