// Each setting with what it does and how far it goes.
'use client';
import type { ReactNode } from 'react';
import { ChoiceSetting, NumberSetting, SwitchSetting } from './fields';
import type { Values } from './use-draft';

interface PartProps {
  values: Values;
  wiring: <K extends keyof Values>(name: K) => { value: Values[K]; onChange: (value: Values[K]) => void; error: string | null };
}

export function Finding({ values, wiring }: PartProps) {
  const isMultiple = values.ragStrategy.startsWith('MULTI');
  const isHybrid = values.ragStrategy.endsWith('HYBRID');
  return (
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
  );
}

export function Answering({ wiring }: PartProps) {
  return (
    <Group title="Answering">
      <ChoiceSetting {...wiring('agentType')} label="Agent" help="Who answers." options={AGENTS} />
      <NumberSetting {...wiring('finalContextSize')} label="Passages read" min={1} max={20} step={1} help="How many of the found passages the model reads before it answers." />
      <NumberSetting {...wiring('neighbourChunks')} label="Neighbours read" min={0} max={3} step={1} help="How many passages before and after each of them the model reads too, while there is room." />
    </Group>
  );
}

export function Reading({ wiring }: PartProps) {
  return (
    <Group title="Reading documents">
      <SwitchSetting
        {...wiring('contextualChunks')}
        label="Passages with their context"
        help="Passages are indexed together with their document’s name and the titles above them. Documents that are here already change when they are read again."
      />
    </Group>
  );
}

export function Group({ title, children }: { title: string; children: ReactNode }) {
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
