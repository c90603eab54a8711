// The kinds of settings: one of a few, a number in a range, on or off.
'use client';
import { useId, type ReactNode } from 'react';
import { INPUT, SMALL_INPUT } from '@/components/ui/field';

interface SettingProps<T> {
  label: string;
  help: string;
  value: T;
  onChange: (value: T) => void;
  error: string | null;
}

function Setting({ id, label, help, error, children }: { id: string; label: string; help: string; error: string | null; children: ReactNode }) {
  return (
    <div className="grid gap-x-8 gap-y-2 py-4 sm:grid-cols-[1fr_16rem] sm:items-center">
      <div>
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <p id={`${id}-help`} className="text-[0.8125rem] text-muted">
          {help}
        </p>
        {error && (
          <p id={`${id}-error`} role="alert" className="mt-1 text-sm text-danger">
            {error}
          </p>
        )}
      </div>
      <div>{children}</div>
    </div>
  );
}

const wiringOf = (id: string, error: string | null) => ({
  id,
  'aria-describedby': error ? `${id}-error ${id}-help` : `${id}-help`,
  'aria-invalid': error ? (true as const) : undefined,
});

interface Option<T> {
  value: T;
  label: string;
  help: string;
}

export function ChoiceSetting<T extends string>({ label, help, value, onChange, error, options }: SettingProps<T> & { options: readonly Option<T>[] }) {
  const id = useId();
  const chosen = options.find((option) => option.value === value);
  return (
    <Setting id={id} label={label} help={chosen?.help ?? help} error={error}>
      <select {...wiringOf(id, error)} value={value} onChange={(event) => onChange(event.target.value as T)} className={INPUT}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Setting>
  );
}

interface Range {
  min: number;
  max: number;
  step: number;
}

export function NumberSetting({ label, help, value, onChange, error, ...range }: SettingProps<number> & Range) {
  const id = useId();
  return (
    <Setting id={id} label={label} help={`${help} From ${range.min} to ${range.max}.`} error={error}>
      <div className="flex items-center gap-3">
        <input type="range" {...range} value={value} tabIndex={-1} aria-hidden="true" onChange={(event) => onChange(event.target.valueAsNumber)} className="h-9 min-w-0 flex-1 accent-accent" />
        <input
          type="number"
          {...wiringOf(id, error)}
          {...range}
          value={Number.isNaN(value) ? '' : value}
          required
          onChange={(event) => onChange(event.target.valueAsNumber)}
          className={`${SMALL_INPUT} text-right tabular-nums`}
        />
      </div>
    </Setting>
  );
}

export function SwitchSetting({ label, help, value, onChange, error }: SettingProps<boolean>) {
  const id = useId();
  return (
    <Setting id={id} label={label} help={help} error={error}>
      <div className="flex sm:justify-end">
        <button
          type="button"
          role="switch"
          aria-checked={value}
          {...wiringOf(id, error)}
          aria-label={label}
          onClick={() => onChange(!value)}
          className="flex h-6 w-11 items-center rounded-full bg-line-strong p-0.5 transition-colors aria-checked:bg-accent"
        >
          <span className={`size-5 rounded-full bg-surface shadow-sm transition-transform ${value ? 'translate-x-5' : ''}`} />
        </button>
      </div>
    </Setting>
  );
}
