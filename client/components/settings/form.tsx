// How a project finds and answers: each setting with what it does, its range, and the server's own word on it.
'use client';
import { useMutation } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { payloadOf } from '@/apollo/outcome';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/states';
import { useToast } from '@/components/ui/toast';
import { UpdateSettingsDocument, type SettingsPartsFragment } from '@/gql/graphql';
import { useSubmit } from '@/hooks/use-submit';
import { ChoiceSetting, NumberSetting, SwitchSetting } from './fields';

type Values = Omit<SettingsPartsFragment, '__typename' | ' $fragmentName'>;

export function SettingsForm({ project, saved }: { project: string; saved: SettingsPartsFragment }) {
  const say = useToast();
  const [changed, setChanged] = useState<Partial<Values>>({});
  const values: Values = { ...saved, ...changed };
  const [update] = useMutation(UpdateSettingsDocument);
  const { submit, isBusy, problem, clear } = useSubmit(async () => {
    payloadOf((await update({ variables: { input: { projectId: project, ...changed } } })).data?.updateRetrievalSettings);
    setChanged({});
    say('Saved. The next question is answered this way.');
  });

  function set<K extends keyof Values>(name: K, value: Values[K]) {
    clear();
    setChanged((now) => {
      const others = Object.entries(now).filter(([other]) => other !== name);
      return Object.fromEntries(saved[name] === value ? others : [...others, [name, value]]) as Partial<Values>;
    });
  }

  function send(event: FormEvent) {
    event.preventDefault();
    void submit();
  }

  const wiring = <K extends keyof Values>(name: K) => ({
    value: values[name],
    onChange: (value: Values[K]) => set(name, value),
    error: problem?.field === name ? problem.message : null,
  });
  const isMultiple = values.ragStrategy.startsWith('MULTI');
  const isHybrid = values.ragStrategy.endsWith('HYBRID');
  const hasChanges = Object.keys(changed).length > 0;
  return (
    <form onSubmit={send} className="space-y-8">
      <Group title="Finding">
        <ChoiceSetting {...wiring('ragStrategy')} label="Search" help="How passages are found." options={STRATEGIES} />
        {isMultiple && <NumberSetting {...wiring('multiQueryCount')} label="Wordings" min={1} max={8} step={1} help="How many wordings of a question are searched. More find more, and take longer." />}
        {isHybrid && (
          <>
            <NumberSetting {...wiring('vectorWeight')} label="Weight of meaning" min={0} max={1} step={0.05} help="How much similar meaning counts." />
            <NumberSetting {...wiring('keywordWeight')} label="Weight of words" min={0} max={1} step={0.05} help="How much the very words count." />
          </>
        )}
        {(isHybrid || isMultiple) && <ChoiceSetting {...wiring('fusion')} label="Joining of lists" help="How several ranked lists become one." options={FUSIONS} />}
        <NumberSetting {...wiring('similarityThreshold')} label="Least similarity" min={0} max={1} step={0.05} help="Passages below it are not used. Higher is stricter, and may find nothing." />
        <NumberSetting {...wiring('numChunks')} label="Passages found" min={1} max={20} step={1} help="How many are left after the search." />
        <SwitchSetting {...wiring('useReranking')} label="Rank a second time" help="A slower, better look at the found passages puts them into a better order." />
      </Group>
      <Group title="Answering">
        <ChoiceSetting {...wiring('agentType')} label="Agent" help="Who answers." options={AGENTS} />
        <NumberSetting {...wiring('finalContextSize')} label="Passages read" min={1} max={20} step={1} help="How many of the found passages the model reads before it answers." />
      </Group>
      {problem && !problem.field && <Notice>{problem.message}</Notice>}
      <div className="sticky bottom-0 flex justify-end gap-2 border-t border-line bg-page py-3">
        {hasChanges && <Button onClick={() => { setChanged({}); clear(); }}>Discard</Button>}
        <Button type="submit" weight="primary" isBusy={isBusy} disabled={!hasChanges}>
          Save
        </Button>
      </div>
    </form>
  );
}

function Group({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section>
      <h2 className="mb-2 text-lg font-semibold">{title}</h2>
      <div className="divide-y divide-line rounded-2xl border border-line bg-surface px-4">{children}</div>
    </section>
  );
}

const STRATEGIES = [
  { value: 'BASIC', label: 'By meaning', help: 'The question is compared with every passage. Fast, and good for most questions.' },
  { value: 'HYBRID', label: 'By meaning and words', help: 'Names, numbers and rare words are found as well.' },
  { value: 'MULTI_QUERY_VECTOR', label: 'Several wordings, by meaning', help: 'The model asks in other words too.' },
  { value: 'MULTI_QUERY_HYBRID', label: 'Several wordings, by meaning and words', help: 'Finds most, and takes longest.' },
] as const;

const FUSIONS = [
  { value: 'RRF', label: 'By rank', help: 'What stands high in several lists comes first.' },
  { value: 'CONVEX', label: 'By score', help: 'Scores are brought to one scale and weighed.' },
] as const;

const AGENTS = [
  { value: 'SIMPLE', label: 'Simple', help: 'One search of the documents, then the answer.' },
  { value: 'AGENTIC', label: 'Agentic', help: 'May search the documents and the web, more than once.' },
] as const;
