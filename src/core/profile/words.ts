import { z } from 'zod';

/** A short name used as a key or a reference: `incident-commander`, `us-east-1`. */
export const Name = z.string().regex(/^[a-z0-9]+(?:[-_][a-z0-9]+)*$/, {
  error: 'expected lower-case letters, digits and hyphens, such as incident-commander',
});

/** One line of words for people, trimmed. */
export const Line = z
  .string()
  .trim()
  .min(1, { error: 'expected some words' })
  .max(300, { error: 'expected at most 300 characters' })
  .refine((text) => !/[\r\n]/.test(text), { error: 'expected one line' });

/** Where something runs or lives, by the key under `regions`. */
export const RegionName = z.string().min(1);

/** A role, by the key under `roles`. */
export const RoleName = z.string().min(1);

/** A legal area that data belongs to, such as EU or US. */
export const Jurisdiction = z.string().regex(/^[A-Z][A-Z0-9-]*$/, {
  error: 'expected a jurisdiction in capitals, such as EU or US',
});

/** The name under which a secret is kept; the secret itself is never in a profile. */
export const SecretName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, {
  error: 'expected the name of a secret in capitals, such as ORDERS_DSN (never the secret itself)',
});

/** A web address without a user name or password in it. */
export const WebUrl = z
  .url({ protocol: /^https?$/, error: 'expected an address that starts with https:// or http://' })
  .refine((text) => !/^https?:\/\/[^/?#]*@/.test(text), {
    error: 'expected an address without a user name or password: secrets are never in a profile',
  });

const HOST = '[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?';

export const Host = z.string().regex(new RegExp(`^${HOST}$`), {
  error: 'expected a host name such as db.example.com',
});

export const HostAndPort = z.string().regex(new RegExp(`^${HOST}:\\d{1,5}$`), {
  error: 'expected host:port such as kafka-1.example.com:9092',
});

export const Port = z.int().min(1).max(65_535);

/** A telephone number as people dial it. */
export const Phone = z.string().regex(/^\+?[0-9][0-9 ().-]{4,}$/, {
  error: 'expected a telephone number such as +1-877-742-2121 (in quotes)',
});

/** An id that PagerDuty gave: `PXXXXXX`. */
export const PagerDutyId = z.string().regex(/^[PQ][A-Z0-9]{3,}$/, {
  error: 'expected a PagerDuty id such as PSVC001',
});
