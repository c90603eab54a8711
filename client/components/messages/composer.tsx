// Where a question is written: Enter sends, Shift+Enter breaks the line.
'use client';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { sentenceOf } from '@/apollo/outcome';
import { Icon } from '@/components/ui/icons';

interface ComposerProps {
  /** Resolves when the question is sent; what it rejects with is said, and the text comes back. */
  onSend: (text: string) => Promise<void>;
  /** Stops the answer that is being written; null when none is. */
  onStop: (() => void) | null;
  placeholder?: string;
}

const OFFLINE = 'You are offline. Your question stays here: send it when you are back.';

const BUTTON = 'grid size-9 shrink-0 place-items-center rounded-xl bg-accent text-on-accent transition-colors hover:bg-accent-strong disabled:bg-line disabled:text-muted';

export function Composer({ onSend, onStop, placeholder = 'Ask about your documents' }: ComposerProps) {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const isEmpty = text.trim() === '';

  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    const forget = () => setProblem((now) => (now === OFFLINE ? null : now));
    window.addEventListener('online', forget);
    return () => window.removeEventListener('online', forget);
  }, []);

  async function send() {
    if (isEmpty || onStop) return;
    const asked = text.trim();
    setText('');
    setProblem(null);
    try {
      await onSend(asked);
    } catch (error) {
      setText((now) => now || asked);
      setProblem(navigator.onLine ? sentenceOf(error) : OFFLINE);
    }
  }

  function onKey(event: KeyboardEvent) {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      void send();
    }
  }

  return (
    <div>
      {problem && (
        <p role="alert" className="mb-2 px-1 text-sm text-danger">
          {problem}
        </p>
      )}
      <div className="flex items-end gap-2 rounded-2xl border border-line-strong/60 bg-surface p-1.5 pl-4 shadow-sm focus-within:border-accent focus-within:outline-1 focus-within:outline-accent">
        <textarea
          ref={field}
          id="question"
          rows={1}
          aria-label="Your question"
          placeholder={placeholder}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKey}
          className="field-sizing-content max-h-48 min-h-9 w-full resize-none bg-transparent py-1.5 leading-6 placeholder:text-muted focus:outline-none"
        />
        {onStop ? (
          <button type="button" onClick={onStop} aria-label="Stop the answer" title="Stop (Esc)" className={BUTTON}>
            <Icon name="stop" className="fill-current" />
          </button>
        ) : (
          <button type="button" onClick={() => void send()} disabled={isEmpty} aria-label="Send" title="Send (Enter)" className={BUTTON}>
            <Icon name="send" />
          </button>
        )}
      </div>
    </div>
  );
}
