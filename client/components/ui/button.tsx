// Buttons: one shape, four weights, a spinner in place while their work runs.
import clsx from 'clsx';
import { forwardRef, type ButtonHTMLAttributes } from 'react';
import { Icon, type IconName } from './icons';
import { Spinner } from './spinner';

const WEIGHTS = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  secondary: 'border border-line bg-surface hover:bg-sunken',
  quiet: 'text-muted hover:bg-sunken hover:text-ink',
  danger: 'bg-danger text-on-danger hover:opacity-90',
} as const;

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  weight?: keyof typeof WEIGHTS;
  icon?: IconName;
  isBusy?: boolean;
}

export const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button(
  { weight = 'secondary', icon, isBusy = false, className, children, disabled, type = 'button', ...rest },
  ref,
) {
  return (
    <button
      ref={ref}
      type={type}
      disabled={disabled || isBusy}
      aria-busy={isBusy || undefined}
      className={clsx(
        'inline-flex h-9 items-center justify-center gap-2 rounded-lg px-3.5 text-sm font-medium whitespace-nowrap transition-colors disabled:opacity-55',
        WEIGHTS[weight],
        className,
      )}
      {...rest}
    >
      {isBusy ? <Spinner /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
});

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  /** What it does; shown as a tip and said to screen readers. */
  label: string;
  isOn?: boolean;
}

export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton(
  { icon, label, isOn, className, type = 'button', ...rest },
  ref,
) {
  return (
    <button
      ref={ref}
      type={type}
      aria-label={label}
      aria-pressed={isOn}
      title={label}
      className={clsx(
        'inline-flex size-9 items-center justify-center rounded-lg transition-colors hover:bg-sunken hover:text-ink disabled:opacity-40',
        isOn ? 'text-accent' : 'text-muted',
        className,
      )}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
});
