// What a page shows when it has nothing, waits, or failed.
import clsx from 'clsx';
import type { ReactNode } from 'react';
import { Button } from './button';
import { Icon, type IconName } from './icons';

export function Empty({ icon, title, children, action }: { icon: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center px-4 py-14 text-center">
      <span className="mb-4 grid size-12 place-items-center rounded-2xl bg-accent-soft text-accent">
        <Icon name={icon} className="size-6" />
      </span>
      <h2 className="text-lg font-semibold">{title}</h2>
      {children && <div className="mt-1.5 text-muted">{children}</div>}
      {action && <div className="mt-5">{action}</div>}
    </div>
  );
}

const TONES = {
  danger: ['bg-danger-soft text-danger', 'warn'],
  warn: ['bg-warn-soft text-warn', 'warn'],
  good: ['bg-good-soft text-good', 'check'],
  info: ['bg-accent-soft text-accent', 'info'],
} as const;

interface NoticeProps {
  tone?: keyof typeof TONES;
  children: ReactNode;
  onRetry?: () => void;
  className?: string;
}

/** A coloured sentence; a dangerous one is read out at once. */
export function Notice({ tone = 'danger', children, onRetry, className }: NoticeProps) {
  const [colours, icon] = TONES[tone];
  return (
    <div role={tone === 'danger' ? 'alert' : 'status'} className={clsx('flex flex-wrap items-start gap-x-2.5 gap-y-1 rounded-xl px-3.5 py-2.5 text-sm', colours, className)}>
      <Icon name={icon} className="mt-0.5" />
      <div className="min-w-0 flex-[1_1_8rem]">{children}</div>
      {onRetry && (
        <Button weight="quiet" icon="retry" className="-my-1 h-8 text-inherit" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={clsx('animate-pulse rounded-lg bg-line/70', className)} />;
}

/** Says to screen readers that something is loading, while the eye sees skeletons. */
export function Loading({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div role="status" aria-live="polite">
      <span className="sr-only">{label}</span>
      {children}
    </div>
  );
}
