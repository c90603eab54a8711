// A quiet ring that turns while something is awaited.
import clsx from 'clsx';

export function Spinner({ className }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={clsx('inline-block size-4 animate-spin rounded-full border-2 border-current border-r-transparent opacity-70', className)}
    />
  );
}
