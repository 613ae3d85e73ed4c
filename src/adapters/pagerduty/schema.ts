import { z } from 'zod';

/** The fields we need of PagerDuty's REST and Events replies; everything else is ignored. */

export const ApiError = z.object({
  error: z.object({
    message: z.string().optional(),
    code: z.number().optional(),
    errors: z.array(z.string()).optional().catch(undefined),
  }),
});

const IncidentFields = z.object({ id: z.string(), status: z.string() });

export const Incident = z.object({ incident: IncidentFields });

export const IncidentList = z.object({ incidents: z.array(IncidentFields) });

export const Note = z.object({ note: z.object({ id: z.string() }) });

export const NoteList = z.object({ notes: z.array(z.object({ content: z.string() })) });

const Reference = z.object({ id: z.string(), summary: z.string().nullish() });

export const OnCallList = z.object({
  oncalls: z.array(
    z.object({
      escalation_level: z.number().int().min(1),
      user: Reference.extend({ name: z.string().nullish(), email: z.string().nullish() }),
      schedule: Reference.nullish(),
      escalation_policy: Reference.nullish(),
    }),
  ),
  more: z.boolean().nullish(),
});
export type OnCallEntry = z.infer<typeof OnCallList>['oncalls'][number];

export const ContactMethodList = z.object({
  contact_methods: z.array(
    z.object({
      type: z.string(),
      address: z.string().nullish(),
      country_code: z.union([z.number(), z.string()]).nullish(),
    }),
  ),
});
export type ContactMethod = z.infer<typeof ContactMethodList>['contact_methods'][number];

export const AbilityList = z.object({ abilities: z.array(z.string()) });

/** Reply of the Events API, taken or refused. */
export const EventReply = z.object({
  status: z.string(),
  message: z.string().optional(),
  errors: z.array(z.string()).optional().catch(undefined),
});
export type EventReply = z.infer<typeof EventReply>;
