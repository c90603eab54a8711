// What the agent did before it wrote, folded away; while it works, the latest step is shown.
'use client';
import type { ReactNode } from 'react';
import { Icon } from '@/components/ui/icons';
import { Spinner } from '@/components/ui/spinner';
import type { Step } from '@/lib/answer/reduce';
import { count } from '@/lib/format';

const TOOLS: Record<string, [running: string, done: string]> = {
  rag_search: ['Searching the documents', 'Searched the documents'],
  search_web: ['Searching the web', 'Searched the web'],
};
const AGENTS: Record<string, string> = {
  rag: 'Reading the documents',
  supervisor: 'Planning the answer',
  web: 'Reading the web',
};

export function wordsOf({ kind, name, query, state, result }: Step): string {
  if (kind === 'guardrail') return name;
  if (kind === 'agent') return AGENTS[name.replace(/_agent$/, '')] ?? name.replaceAll('_', ' ');
  return [TOOLS[name]?.[state === 'running' ? 0 : 1] ?? name.replaceAll('_', ' '), query && `for “${query}”`, result && `· ${result}`].filter(Boolean).join(' ');
}

export function Steps({ steps, isLive, hasText }: { steps: readonly Step[]; isLive: boolean; hasText: boolean }) {
  const last = steps.at(-1);
  if (!isLive && steps.length === 0) return null;
  if (steps.length === 0) {
    return (
      <p className="flex h-7 items-center gap-2.5 text-sm text-muted">
        {!hasText && <Spinner />}
        {hasText ? '' : 'Thinking'}
      </p>
    );
  }
  const isWorking = isLive && !hasText;
  return (
    <FoldedSteps
      summary={isWorking && last ? wordsOf(last) : count(steps.length, 'step')}
      icon={isWorking ? <Spinner /> : <Icon name="chevron" className="size-4 transition-transform group-open:rotate-90" />}
      steps={steps}
    />
  );
}

interface FoldedStepsProps {
  summary: string;
  icon: ReactNode;
  steps: readonly Step[];
  onOpen?: () => void;
  /** What stands there instead, or besides. */
  children?: ReactNode;
}

export function FoldedSteps({ summary, icon, steps, onOpen, children }: FoldedStepsProps) {
  return (
    <details className="group mb-2 text-sm text-muted" onToggle={(event) => event.currentTarget.open && onOpen?.()}>
      <summary className="flex h-7 w-fit max-w-full list-none items-center gap-2.5 rounded-md pr-1.5 hover:text-ink [&::-webkit-details-marker]:hidden">
        {icon}
        <span className="truncate">{summary}</span>
      </summary>
      {children}
      {steps.length > 0 && (
        <ol className="mt-1 mb-3 ml-2 space-y-1.5 border-l border-line pl-4">
          {steps.map((step, index) => (
            <li key={index} className="flex items-start gap-2">
              <StepState state={step.state} />
              <span className="[overflow-wrap:anywhere]">{wordsOf(step)}</span>
            </li>
          ))}
        </ol>
      )}
    </details>
  );
}

function StepState({ state }: Pick<Step, 'state'>) {
  if (state === 'running') return <Spinner className="mt-1 size-3.5" />;
  return state === 'failed' ? <Icon name="warn" className="mt-0.5 size-4 text-danger" /> : <Icon name="check" className="mt-0.5 size-4 text-good" />;
}
