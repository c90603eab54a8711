// A thin bar that fills.
import clsx from 'clsx';

export function ProgressBar({ value, label, className }: { value: number; label: string; className?: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div role="progressbar" aria-label={label} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100} className={clsx('h-1 overflow-hidden rounded-full bg-line', className)}>
      <div className="h-full origin-left rounded-full bg-accent transition-transform duration-300" style={{ transform: `scaleX(${percent / 100})` }} />
    </div>
  );
}
