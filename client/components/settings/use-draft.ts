// The settings as they are edited: what differs from the saved ones, and nothing else.
'use client';
import { useState } from 'react';
import type { SettingsPartsFragment } from '@/gql/graphql';

export type Values = Omit<SettingsPartsFragment, '__typename' | ' $fragmentName'>;
export type Changes = Partial<Values>;

/** What is left to change when one value is set; a value as it is saved is no change. */
export function changedBy<K extends keyof Values>(changes: Changes, saved: Values, name: K, value: Values[K]): Changes {
  const others = Object.entries(changes).filter(([other]) => other !== name);
  return Object.fromEntries(saved[name] === value ? others : [...others, [name, value]]) as Changes;
}

export function useDraft(saved: Values) {
  const [changes, setChanges] = useState<Changes>({});
  return {
    values: { ...saved, ...changes },
    changes,
    hasChanges: Object.keys(changes).length > 0,
    set: <K extends keyof Values>(name: K, value: Values[K]) => setChanges((now) => changedBy(now, saved, name, value)),
    discard: () => setChanges({}),
  };
}
