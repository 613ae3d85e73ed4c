import { isMap, isSeq, parseDocument } from 'yaml';

/**
 * The profile with every pace of status updates replaced by `every`; comments and order stay.
 * @param example a profile whose severities a profile that names none has too.
 */
export function withStatusPace(profile: string, every: string, example: string): string {
  const document = parseDocument(profile);
  document.setIn(['status', 'cadence'], every);
  if (!document.has('severities')) document.set('severities', parseDocument(example).get('severities'));
  const severities = document.get('severities');
  if (isSeq(severities)) {
    for (const severity of severities.items) if (isMap(severity)) severity.set('cadence', every);
  }
  return document.toString({ lineWidth: 0 });
}
