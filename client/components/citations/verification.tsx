// Whether the quoted words were found in the source, in a colour, an icon and a sentence.
import clsx from 'clsx';
import { Icon, type IconName } from '@/components/ui/icons';
import type { CitationStatus } from '@/gql/graphql';

interface Verdict {
  label: string;
  sentence: string;
  icon: IconName;
  tone: string;
}

const UNCHECKED: Verdict = { label: 'Not checked', sentence: 'Nothing was quoted, so there was nothing to check.', icon: 'minus', tone: 'bg-sunken text-muted' };

const VERDICTS: Record<string, Verdict> = {
  VERIFIED: { label: 'Verified', sentence: 'These words stand in the source, word for word.', icon: 'check', tone: 'bg-good-soft text-good' },
  NORMALISED: { label: 'Verified', sentence: 'These words stand in the source but for spacing and typography.', icon: 'check', tone: 'bg-good-soft text-good' },
  MISATTRIBUTED: { label: 'Found elsewhere', sentence: 'These words stand in another passage than the answer says.', icon: 'warn', tone: 'bg-warn-soft text-warn' },
  NOT_FOUND: { label: 'Not found', sentence: 'These words are not in the source. Read it yourself before relying on this.', icon: 'warn', tone: 'bg-danger-soft text-danger' },
  UNCHECKED,
};

export const verdictOf = (status: CitationStatus): Verdict => VERDICTS[status] ?? UNCHECKED;

export function Verification({ status }: { status: CitationStatus }) {
  const { label, sentence, icon, tone } = verdictOf(status);
  return (
    <div className={clsx('flex items-start gap-2 rounded-xl px-3 py-2 text-sm', tone)}>
      <Icon name={icon} className="mt-0.5" />
      <p>
        <strong className="font-semibold">{label}.</strong> {sentence}
      </p>
    </div>
  );
}
