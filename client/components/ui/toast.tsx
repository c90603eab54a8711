// Short messages at the edge of the page, read out politely, gone after a while.
'use client';
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react';
import { Icon } from './icons';

interface Toast {
  id: number;
  text: string;
  isError: boolean;
}

type Say = (text: string, options?: { isError?: boolean }) => void;

const Context = createContext<Say>(() => {});
const SECONDS = 6;

export const useToast = () => useContext(Context);

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const next = useRef(0);
  const dismiss = useCallback((id: number) => setToasts((now) => now.filter((toast) => toast.id !== id)), []);
  const say = useCallback<Say>(
    (text, options) => {
      const id = next.current++;
      setToasts((now) => [...now.slice(-2), { id, text, isError: options?.isError ?? false }]);
      setTimeout(() => dismiss(id), SECONDS * 1000);
    },
    [dismiss],
  );
  return (
    <Context.Provider value={useMemo(() => say, [say])}>
      {children}
      <div aria-live="polite" className="pointer-events-none fixed inset-x-0 bottom-4 z-50 flex flex-col items-center gap-2 px-4">
        {toasts.map((toast) => (
          <div key={toast.id} className="pointer-events-auto flex max-w-md animate-rise items-center gap-2.5 rounded-xl border border-line bg-raised py-2.5 pr-2 pl-3.5 text-sm shadow-pop">
            <Icon name={toast.isError ? 'warn' : 'check'} className={toast.isError ? 'text-danger' : 'text-good'} />
            <span>{toast.text}</span>
            <button type="button" aria-label="Dismiss" className="rounded-md p-1 text-muted hover:text-ink" onClick={() => dismiss(toast.id)}>
              <Icon name="close" className="size-4" />
            </button>
          </div>
        ))}
      </div>
    </Context.Provider>
  );
}
