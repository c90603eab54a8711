// The chat's keys: what each does, and the list of them. None is a letter alone, which would get in the way of voices and readers.
'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent, useState } from 'react';
import { Dialog } from '@/components/ui/dialog';
import { Icon } from '@/components/ui/icons';
import { actionOf } from './keys';

const LIST: [keys: string[], does: string][] = [
  [['Enter'], 'Send the question'],
  [['Shift', 'Enter'], 'Break the line'],
  [['Esc'], 'Stop the answer, or close what is open'],
  [['Shift', 'Esc'], 'Go to the question'],
  [['Ctrl', 'Shift', 'O'], 'Begin a new chat'],
  [['Ctrl', 'K'], 'Search in all messages'],
  [['Ctrl', '/'], 'Show these keys'],
];

/** `base`: the address of a new chat; `toSearch` shows the list of chats where it is hidden. */
export function Shortcuts({ base, toSearch }: { base: string; toSearch: () => void }) {
  const router = useRouter();
  const [isOpen, setIsOpen] = useState(false);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const action = actionOf(event);
    if (!action) return;
    event.preventDefault();
    if (action === 'list') setIsOpen(true);
    else if (action === 'new') router.push(base);
    else if (action === 'search') toSearch();
    else document.querySelector<HTMLElement>('#question')?.focus();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
  return (
    <>
      <button type="button" onClick={() => setIsOpen(true)} className="mx-3 mb-3 hidden h-9 items-center gap-2 rounded-lg px-2.5 text-sm text-muted transition-colors hover:bg-sunken hover:text-ink md:flex">
        <Icon name="keys" /> Keyboard shortcuts
      </button>
      <Dialog isOpen={isOpen} onClose={() => setIsOpen(false)} title="Keyboard shortcuts">
        <dl className="divide-y divide-line">
          {LIST.map(([keys, does]) => (
            <div key={does} className="flex items-center justify-between gap-4 py-2 text-sm">
              <dt>{does}</dt>
              <dd className="flex shrink-0 gap-1">
                {keys.map((key) => (
                  <kbd key={key} className="min-w-6 rounded-md border border-line bg-sunken px-1.5 py-0.5 text-center font-sans text-xs text-muted">
                    {key}
                  </kbd>
                ))}
              </dd>
            </div>
          ))}
        </dl>
        <p className="mt-3 text-[0.8125rem] text-muted">On a Mac, ⌘ does what Ctrl does.</p>
      </Dialog>
    </>
  );
}
