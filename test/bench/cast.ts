import type { StandInSettings } from '../../src/sandbox/pagerduty/types.ts';
import type { SlackWorkspaceOptions } from '../../src/sandbox/slack/options.ts';

/** The people and the secrets of the workspace that the benchmarks run in, as the example profile names them. */

export const BOT_TOKEN = 'xoxb-bench-token-0123456789';
export const SIGNING_SECRET = 'bench-signing-secret-0123456789';
export const API_TOKEN = 'bench-pagerduty-token';
export const ROUTING_KEY = '0123456789abcdef0123456789abcdef';
export const WEBHOOK_SECRET = 'bench-webhook-secret';

const NAMED = ['amara', 'ben', 'chidi', 'dana', 'elif', 'farid', 'grace', 'ines'];
/** Fifty who work at the same time. */
export const CROWD = Array.from({ length: 50 }, (_, index) => `user${String(index + 1).padStart(2, '0')}`);

export function slackOptions(): SlackWorkspaceOptions {
  const everybody = [...NAMED, ...CROWD];
  return {
    users: everybody.map((handle) => ({
      handle,
      id: userId(handle),
      realName: `${handle[0]?.toUpperCase()}${handle.slice(1)} Example`,
      email: `${handle}@example.com`,
    })),
    channels: [
      { name: 'general' },
      { name: 'ops', members: [...NAMED, 'lifeboat'] },
      { name: 'incident-board', members: [...NAMED, 'lifeboat'] },
    ],
    userGroups: [
      { handle: 'dr-commanders', name: 'Commanders', members: ['ben', 'ines'] },
      { handle: 'dr-oncall', name: 'On call', members: ['amara'] },
      { handle: 'dba', name: 'Databases', members: ['chidi', 'dana'] },
      { handle: 'platform-leads', name: 'Platform leads', members: ['ines'] },
      { handle: 'security', name: 'Security', members: ['elif'] },
      { handle: 'legal', name: 'Legal', members: ['farid'] },
      { handle: 'executives', name: 'Executives', members: ['grace'] },
    ],
    bot: { token: BOT_TOKEN, signingSecret: SIGNING_SECRET },
    rateLimits: 'off',
  };
}

/** As `templates/profiles/example.yaml` lists them. */
export function userId(handle: string): string {
  return `U${handle.toUpperCase().padStart(10, '0')}`;
}

export function pagerSettings(): StandInSettings {
  return {
    users: [
      { id: 'PU01', name: 'Amara Okafor', email: 'amara@example.com' },
      { id: 'PU02', name: 'Lifeboat', email: 'lifeboat@example.com' },
    ],
    services: [
      { id: 'PSVC001', name: 'Production gateway', escalationPolicyId: 'PPOL001' },
      { id: 'PSVC002', name: 'Primary database', escalationPolicyId: 'PPOL001' },
      { id: 'PDISASTER', name: 'Disaster response', escalationPolicyId: 'PPOL001' },
    ],
    escalationPolicies: [{ id: 'PPOL001', name: 'Production on call', levels: [['PU01']] }],
    apiToken: API_TOKEN,
    routingKeys: { [ROUTING_KEY]: 'PDISASTER' },
  };
}
