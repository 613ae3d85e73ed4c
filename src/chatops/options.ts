import type { FormOption } from '../app/ports/chat.ts';
import type { Profile } from '../core/profile/profile.ts';

/** Choices that several forms offer, in the profile's words. */

export function severityOptions(profile: Profile): FormOption[] {
  return profile.severities.map(({ id, label, meaning }) => ({ value: id, label, description: meaning }));
}

export function levelOptions(profile: Profile): FormOption[] {
  return profile.levels.map(({ id, title }) => ({ value: id, label: title }));
}

export function regionOptions(profile: Profile): FormOption[] {
  return Object.entries(profile.regions).map(([id, region]) => ({
    value: id,
    label: id,
    description: region.jurisdiction,
  }));
}
