// An answer: the agent's steps folded above it, the text as it grows, and what can be done with it.
'use client';
import clsx from 'clsx';
import { CitationsContext } from '@/components/citations/context';
import { Markdown } from '@/components/markdown/markdown';
import { CopyButton } from '@/components/ui/copy-button';
import { Icon } from '@/components/ui/icons';
import { Notice } from '@/components/ui/states';
import type { MessagePartsFragment } from '@/gql/graphql';
import { useAnswer } from '@/hooks/use-answer';
import { PastSteps } from './past-steps';
import { Rating } from './rating';
import { Sources } from './sources';
import { Steps } from './steps';
import { Versions } from './versions';

export function Answer({ message }: { message: MessagePartsFragment }) {
  const { text, citations, webCitations, steps, isLive, error } = useAnswer(message);
  // What was cut in the middle ends as it stood there: half a formula is not shown as its source.
  const isCut = message.status === 'STOPPED' || message.status === 'FAILED';
  return (
    <CitationsContext value={[...citations, ...webCitations]}>
      <article aria-busy={isLive} data-status={message.status}>
        <h2 className="sr-only">Answer</h2>
        {isLive || steps.length > 0 ? <Steps steps={steps} isLive={isLive} hasText={text !== ''} /> : <PastSteps message={message.id} />}
        <Markdown text={text} isGrowing={isLive || isCut} unsupported={isLive ? undefined : message.unsupportedSentences} />
        {!isLive && <Unsupported number={message.unsupportedSentences.length} />}
        <Ending message={message} />
        {error && <Notice tone="warn" className="mt-3">The answer goes on, but this page lost it: {error}</Notice>}
        {/* The row keeps its height while the answer is written, so that nothing moves when it ends. */}
        <footer className="mt-2 -ml-2 flex min-h-9 flex-wrap items-center gap-x-1">
          <div className={clsx('flex transition-opacity', isLive && 'invisible opacity-0')}>
            <CopyButton textOf={() => text} label="Copy the answer" />
            <Rating message={message} />
            <Versions message={message} />
          </div>
          <Sources isShown={!isLive} verificationRate={message.verificationRate} />
        </footer>
        <p className="sr-only" role="status">
          {isLive ? '' : 'The answer is complete.'}
        </p>
      </article>
    </CitationsContext>
  );
}

/** Says what the dotted lines mean. */
function Unsupported({ number }: { number: number }) {
  if (number === 0) return null;
  return (
    <p className="mt-2 flex items-start gap-1.5 text-[0.8125rem] text-warn">
      <Icon name="warn" className="mt-px size-4" />
      {number === 1 ? 'One sentence has no source that holds it; it is underlined with dots.' : `${number} sentences have no source that holds them; they are underlined with dots.`}
    </p>
  );
}

function Ending({ message: { status, failure } }: { message: MessagePartsFragment }) {
  switch (status) {
    case 'REFUSED':
      return <Notice tone="warn" className="mt-2">{failure?.message ?? 'The question was refused.'}</Notice>;
    case 'FAILED':
      return <Notice className="mt-2">{failure?.message ?? 'The answer failed.'}</Notice>;
    case 'STOPPED':
      return <p className="mt-2 text-sm text-muted">Stopped. What was written so far is kept.</p>;
    default:
      return null;
  }
}
