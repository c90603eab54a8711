// How a project finds and answers: each setting with the server's own word on it, and its effect before it is saved.
'use client';
import { useMutation } from '@apollo/client/react';
import clsx from 'clsx';
import type { FormEvent } from 'react';
import { payloadOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/states';
import { useToast } from '@/components/ui/toast';
import { UpdateSettingsDocument, type SettingsPartsFragment } from '@/gql/graphql';
import { useSubmit } from '@/hooks/use-submit';
import { Answering, Finding, Reading } from './parts';
import { Preview } from './preview';
import { useDraft, type Values } from './use-draft';

export function SettingsForm({ project, saved }: { project: string; saved: SettingsPartsFragment }) {
  const say = useToast();
  const { values, changes, hasChanges, set, discard } = useDraft(saved);
  const [update] = useMutation(UpdateSettingsDocument);
  const { submit, isBusy, problem, clear } = useSubmit(async () => {
    payloadOf((await update({ variables: { input: { projectId: project, ...changes } } })).data?.updateRetrievalSettings);
    discard();
    say('Saved. The next question is answered this way.');
  });

  function send(event: FormEvent) {
    event.preventDefault();
    void submit();
  }

  const wiring = <K extends keyof Values>(name: K) => ({
    value: values[name],
    onChange(value: Values[K]) {
      clear();
      set(name, value);
    },
    error: problem?.field === name ? problem.message : null,
  });
  const isTold = problem?.field && problem.field in values;
  return (
    <div className="grid items-start gap-8 xl:grid-cols-2">
      <form onSubmit={send} className="space-y-8 [&_:is(input,select,button)]:scroll-mb-20">
        <Finding values={values} wiring={wiring} />
        <Answering values={values} wiring={wiring} />
        <Reading values={values} wiring={wiring} />
        {problem && !isTold && <Notice>{problem.message}</Notice>}
        <div className={clsx('flex justify-end gap-2 border-t border-line bg-page py-3', hasChanges && 'sticky bottom-0 z-10')}>
          {hasChanges && <Button onClick={() => { discard(); clear(); }}>Discard</Button>}
          <Button type="submit" weight="primary" isBusy={isBusy} disabled={!hasChanges}>
            Save
          </Button>
        </div>
      </form>
      <Preview project={project} saved={saved} changes={changes} />
    </div>
  );
}
