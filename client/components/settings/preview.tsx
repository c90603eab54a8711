// What a change of the settings would do, before it is saved: questions of the person under both.
'use client';
import { useEffect, useEffectEvent, useId, useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { INPUT } from '@/components/ui/field';
import { Notice } from '@/components/ui/states';
import { count } from '@/lib/format';
import { PreviewQuestion } from './preview-question';
import { PreviewSummary } from './preview-summary';
import { MOST, searchedWith, usePreview, type Asked } from './use-preview';
import type { Changes, Values } from './use-draft';

const PAUSE_MS = 700;
const RATED = 5;

export function Preview({ project, saved, changes }: { project: string; saved: Values; changes: Changes }) {
  const [text, setText] = useState('');
  const [isRated, setIsRated] = useState(true);
  const [asked, setAsked] = useState<Asked | null>(null);
  const { compared, error, isBusy, run } = usePreview(project);
  const id = useId();
  const after = searchedWith(changes);
  const key = JSON.stringify(after);

  // Once asked, the answer follows the settings; a slider is let come to rest.
  const follow = useEffectEvent(() => asked && void run(asked, after));
  useEffect(() => {
    const timer = setTimeout(() => follow(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [key]);

  const numFromFeedback = isRated ? RATED : 0;
  const questions = text.split('\n').map((line) => line.trim()).filter(Boolean).slice(0, MOST - numFromFeedback);

  function send(event: FormEvent) {
    event.preventDefault();
    const now = { questions, numFromFeedback };
    setAsked(now);
    void run(now, after);
  }

  return (
    <section aria-label="Preview" className="space-y-4 xl:sticky xl:top-18 xl:max-h-[calc(100dvh-5.5rem)] xl:overflow-y-auto xl:p-1">
      <div>
        <h2 className="text-lg font-semibold">Try it before you save</h2>
        <p className="text-[0.8125rem] text-muted">The same questions are searched as it is saved and as it is edited. No answers are written; what models cost is yours.</p>
      </div>
      <form onSubmit={send} className="space-y-2.5 rounded-2xl border border-line bg-surface p-4">
        <label htmlFor={id} className="block text-sm font-medium">Questions, one a line</label>
        <textarea id={id} rows={3} value={text} onChange={(event) => setText(event.target.value)} placeholder="How often must the lamp be serviced?" className={INPUT} />
        <label className="flex gap-2.5 text-sm">
          <input type="checkbox" checked={isRated} onChange={(event) => setIsRated(event.target.checked)} className="mt-0.5 size-4 shrink-0 accent-accent" />
          <span>
            And the last {RATED} whose answers you rated up
            <span className="block text-[0.8125rem] leading-snug text-muted">They are judged by the passages that those answers cite.</span>
          </span>
        </label>
        <div className="flex items-center justify-end gap-3">
          <span role="status" className="text-[0.8125rem] text-muted">{isBusy ? 'Searching…' : ''}</span>
          <Button type="submit" weight="primary" icon="search" isBusy={isBusy && !compared} disabled={questions.length + numFromFeedback === 0}>Compare</Button>
        </div>
      </form>
      {error && <Notice onRetry={() => asked && void run(asked, after)}>{error}</Notice>}
      {compared?.questions.length === 0 && <Notice tone="info">None of your answers is rated up yet. Write a question of your own.</Notice>}
      {compared && compared.questions.length > 0 && (
        <div aria-busy={isBusy}>
          <PreviewSummary compared={compared} hasChanges={key !== '{}'} />
          <div className="mt-4 space-y-3">
            {compared.questions.map((question, index) => (
              <PreviewQuestion key={`${index} ${question.text}`} question={question} numBefore={readOf(saved)} numAfter={readOf({ ...saved, ...changes })} isOpen={index === 0} />
            ))}
          </div>
          {compared.numLeftOut > 0 && <p className="mt-3 text-sm text-muted">{count(compared.numLeftOut, 'question')} left out: those before cost as much as one preview may.</p>}
        </div>
      )}
    </section>
  );
}

/** How many of the hits the model would read. */
const readOf = ({ numChunks, finalContextSize }: Values) => Math.min(numChunks, finalContextSize);
