import { parse } from 'yaml';
import { z } from 'zod';

// Shapes are read kindly: whether a profile is right is for the bot to say, with line and column.
const text = z.string().optional().catch(undefined);
const texts = z.array(z.string()).catch([]);

const Person = z.object({
  id: z.string(),
  name: z.string(),
  slack: texts,
  title: text,
  email: text,
  phone: text,
});
const Service = z.object({ id: z.string(), name: z.string(), declare: text });

const ProfileText = z.object({
  name: z.string().catch('Acme'),
  people: z.array(Person).catch([]),
  roles: z.record(z.string(), z.object({ title: text, members: texts })).catch({}),
  channels: z.object({ broadcast: texts }).catch({ broadcast: [] }),
  pagerduty: z
    .object({ services: z.array(Service).catch([]), escalationPolicies: texts, schedules: texts })
    .catch({ services: [], escalationPolicies: [], schedules: [] }),
});

/** What the sandbox has to know of a profile to make a workspace and a PagerDuty account that fit it. */
export type ProfileWorld = z.infer<typeof ProfileText>;
export type ProfilePerson = z.infer<typeof Person>;

/** Reads a profile. Parts that are missing or faulty come out empty. @throws if it is no YAML. */
export function readProfileWorld(yaml: string): ProfileWorld {
  return ProfileText.parse(parse(yaml) ?? {});
}
