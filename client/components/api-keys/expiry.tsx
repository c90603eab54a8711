// When a key ends by itself.
'use client';
import { Field, INPUT, TextField } from '@/components/ui/field';

export type Expiry = '30' | '90' | '365' | 'day' | 'never';

const CHOICES: [Expiry, string][] = [
  ['30', 'After 30 days'],
  ['90', 'After 90 days'],
  ['365', 'After a year'],
  ['day', 'On a day…'],
  ['never', 'Never'],
];
const DAY_MS = 86_400_000;

/** The moment, in ISO 8601; a chosen day ends with its last second, here. Null for never. */
export function momentOf(expiry: Expiry, day: string, now: number = Date.now()): string | null {
  if (expiry === 'never' || (expiry === 'day' && !day)) return null;
  return expiry === 'day' ? new Date(`${day}T23:59:59`).toISOString() : new Date(now + Number(expiry) * DAY_MS).toISOString();
}

interface ExpiryProps {
  expiry: Expiry;
  day: string;
  onExpiry: (expiry: Expiry) => void;
  onDay: (day: string) => void;
  error: string | null;
}

export function ExpiryField({ expiry, day, onExpiry, onDay, error }: ExpiryProps) {
  return (
    <>
      <Field label="Expires" error={expiry === 'day' ? null : error} help={expiry === 'never' ? 'It holds until you revoke it.' : undefined}>
        {(wiring) => (
          <select {...wiring} value={expiry} onChange={(event) => onExpiry(event.target.value as Expiry)} className={INPUT}>
            {CHOICES.map(([value, label]) => (
              <option key={value} value={value}>{label}</option>
            ))}
          </select>
        )}
      </Field>
      {expiry === 'day' && <TextField label="Last day" type="date" required value={day} onChange={(event) => onDay(event.target.value)} error={error} />}
    </>
  );
}
