// A labelled input whose help and error are tied to it.
import clsx from 'clsx';
import { useId, type InputHTMLAttributes, type ReactNode } from 'react';

const BOX =
  'rounded-lg border border-line-strong/60 bg-surface px-3 py-2 text-[0.9375rem] placeholder:text-muted focus:border-accent focus:outline-2 focus:-outline-offset-1 focus:outline-accent aria-invalid:border-danger';

export const INPUT = `w-full ${BOX}`;
export const SMALL_INPUT = `w-20 shrink-0 ${BOX}`;

interface FieldProps {
  label: string;
  help?: ReactNode;
  error?: string | null;
  children: (wiring: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode;
}

export function Field({ label, help, error, children }: FieldProps) {
  const id = useId();
  const described = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(' ');
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined })}
      {error && (
        <p id={`${id}-error`} role="alert" className="mt-1 text-sm text-danger">
          {error}
        </p>
      )}
      {help && (
        <p id={`${id}-help`} className="mt-1 text-[0.8125rem] leading-snug text-muted">
          {help}
        </p>
      )}
    </div>
  );
}

type TextFieldProps = InputHTMLAttributes<HTMLInputElement> & Omit<FieldProps, 'children'>;

export function TextField({ label, help, error, className, ...rest }: TextFieldProps) {
  return (
    <Field label={label} help={help} error={error}>
      {(wiring) => <input {...wiring} {...rest} className={clsx(INPUT, className)} />}
    </Field>
  );
}
