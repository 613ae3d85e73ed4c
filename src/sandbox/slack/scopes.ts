/** What a method demands of a bot token. Each list is a choice: one of its scopes is enough. */
export interface ScopeRule {
  /** Demanded whatever the call is about. */
  always?: readonly string[];
  /** Demanded in addition, by the kind of channel the call is about. */
  public?: readonly string[];
  private?: readonly string[];
  im?: readonly string[];
  mpim?: readonly string[];
}

const READ: ScopeRule = {
  public: ['channels:read'],
  private: ['groups:read'],
  im: ['im:read'],
  mpim: ['mpim:read'],
};
const HISTORY: ScopeRule = {
  public: ['channels:history'],
  private: ['groups:history'],
  im: ['im:history'],
  mpim: ['mpim:history'],
};
const MANAGE: ScopeRule = { public: ['channels:manage'], private: ['groups:write'] };
const INVITE: ScopeRule = {
  public: ['channels:manage', 'channels:write.invites'],
  private: ['groups:write', 'groups:write.invites'],
};
const TOPIC: ScopeRule = {
  public: ['channels:manage', 'channels:write.topic'],
  private: ['groups:write', 'groups:write.topic'],
};
const WRITE_CHAT: ScopeRule = { always: ['chat:write'] };

/**
 * Every Web API method the workspace knows, with the scopes Slack's reference lists for bot tokens.
 * A method that is not here answers `unknown_method`.
 */
export const METHOD_SCOPES: Readonly<Record<string, ScopeRule>> = {
  'api.test': {},
  'auth.test': {},
  'apps.connections.open': {},
  'bookmarks.add': { always: ['bookmarks:write'] },
  'bookmarks.edit': { always: ['bookmarks:write'] },
  'bookmarks.list': { always: ['bookmarks:read'] },
  'bookmarks.remove': { always: ['bookmarks:write'] },
  'bots.info': { always: ['users:read'] },
  'chat.delete': WRITE_CHAT,
  'chat.getPermalink': {},
  'chat.postEphemeral': WRITE_CHAT,
  'chat.postMessage': WRITE_CHAT,
  'chat.update': WRITE_CHAT,
  'conversations.archive': MANAGE,
  'conversations.create': MANAGE,
  'conversations.history': HISTORY,
  'conversations.info': READ,
  'conversations.invite': INVITE,
  'conversations.join': { public: ['channels:join'] },
  'conversations.kick': MANAGE,
  'conversations.leave': MANAGE,
  'conversations.list': READ,
  'conversations.members': READ,
  'conversations.open': { im: ['im:write'], mpim: ['mpim:write'] },
  'conversations.rename': MANAGE,
  'conversations.replies': HISTORY,
  'conversations.setPurpose': TOPIC,
  'conversations.setTopic': TOPIC,
  'conversations.unarchive': MANAGE,
  'files.completeUploadExternal': { always: ['files:write'] },
  'files.delete': { always: ['files:write'] },
  'files.getUploadURLExternal': { always: ['files:write'] },
  'files.info': { always: ['files:read'] },
  'pins.add': { always: ['pins:write'] },
  'pins.list': { always: ['pins:read'] },
  'pins.remove': { always: ['pins:write'] },
  'reactions.add': { always: ['reactions:write'] },
  'reactions.get': { always: ['reactions:read'] },
  'reactions.remove': { always: ['reactions:write'] },
  'team.info': { always: ['team:read'] },
  'usergroups.list': { always: ['usergroups:read'] },
  'usergroups.users.list': { always: ['usergroups:read'] },
  'users.conversations': READ,
  'users.info': { always: ['users:read'] },
  'users.list': { always: ['users:read'] },
  'users.lookupByEmail': { always: ['users:read.email'] },
  'views.open': {},
  'views.publish': {},
  'views.push': {},
  'views.update': {},
};

/** Kinds of channel a call can be about. */
export type ScopeKind = 'public' | 'private' | 'im' | 'mpim';

/** Scopes that are no method's demand but change what a call may do or show. */
const EXTRA_SCOPES = ['chat:write.public', 'commands'];

/** Every scope there is in this workspace: what a bot is granted when a test names none. */
export function allScopes(): string[] {
  const rules = Object.values(METHOD_SCOPES);
  const scopes = rules.flatMap((rule) => Object.values(rule) as string[][]).flat();
  return [...new Set([...scopes, ...EXTRA_SCOPES])].sort();
}

/** The demands a call fails to meet; each is a choice of scopes. Empty if the call may go on. */
export function missingScopes(
  method: string,
  kinds: readonly ScopeKind[],
  granted: ReadonlySet<string>,
): (readonly string[])[] {
  const rule = METHOD_SCOPES[method];
  if (!rule) return [];
  const demands = [rule.always, ...kinds.map((kind) => rule[kind])];
  return demands.flatMap((choice) => (choice && !choice.some((scope) => granted.has(scope)) ? [choice] : []));
}
