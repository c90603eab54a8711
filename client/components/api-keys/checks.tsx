// A group of boxes to check, each with what it means.
'use client';
import { useId, type ReactNode } from 'react';

interface Option<T extends string> {
  value: T;
  label: string;
  help?: string;
}

interface ChecksProps<T extends string> {
  legend: string;
  isLegendHidden?: boolean;
  options: readonly Option<T>[];
  chosen: readonly T[];
  onChange: (chosen: T[]) => void;
  error?: string | null;
  children?: ReactNode;
}

export function Checks<T extends string>({ legend, isLegendHidden, options, chosen, onChange, error, children }: ChecksProps<T>) {
  const id = useId();
  return (
    <fieldset aria-describedby={error ? `${id}-error` : undefined}>
      <legend className={isLegendHidden ? 'sr-only' : 'mb-1 text-sm font-medium'}>{legend}</legend>
      {children}
      <div className="space-y-1.5">
        {options.map(({ value, label, help }) => (
          <label key={value} className="flex gap-2.5 text-sm">
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={({ target }) => onChange(target.checked ? [...chosen, value] : chosen.filter((other) => other !== value))}
              className="mt-0.5 size-4 shrink-0 accent-accent"
            />
            <span className="min-w-0 break-words">
              {label}
              {help && <span className="block text-[0.8125rem] leading-snug text-muted">{help}</span>}
            </span>
          </label>
        ))}
      </div>
      {error && (
        <p id={`${id}-error`} role="alert" className="mt-1 text-sm text-danger">
          {error}
        </p>
      )}
    </fieldset>
  );
}
