// A menu under a button, with arrow keys and typing ahead.
'use client';
import clsx from 'clsx';
import Link from 'next/link';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons';

export function Menu({ trigger, children, align = 'end' }: { trigger: ReactNode; children: ReactNode; align?: 'start' | 'end' }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 min-w-44 animate-rise rounded-xl border border-line bg-raised p-1 shadow-pop focus:outline-none"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const ITEM = 'flex cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-sm outline-none select-none data-[highlighted]:bg-sunken';

interface MenuItemProps {
  icon?: IconName;
  isDanger?: boolean;
  isChecked?: boolean;
  onSelect: () => void;
  children: ReactNode;
}

export function MenuItem({ icon, isDanger = false, isChecked, onSelect, children }: MenuItemProps) {
  const classes = clsx(ITEM, isDanger && 'text-danger');
  const content = (
    <>
      {icon && <Icon name={icon} className="opacity-80" />}
      <span className="flex-1">{children}</span>
      {isChecked && <Icon name="check" />}
    </>
  );
  if (isChecked === undefined) {
    return <Radix.Item className={classes} onSelect={onSelect}>{content}</Radix.Item>;
  }
  return (
    <Radix.CheckboxItem className={classes} checked={isChecked} onSelect={onSelect}>{content}</Radix.CheckboxItem>
  );
}

/** Goes to a page of ours, or opens another one beside it. */
export function MenuLink({ icon, href, children }: { icon: IconName; href: string; children: ReactNode }) {
  const content = (
    <>
      <Icon name={icon} className="opacity-80" />
      <span className="flex-1">{children}</span>
    </>
  );
  return (
    <Radix.Item asChild className={ITEM}>
      {href.startsWith('/') ? <Link href={href}>{content}</Link> : <a href={href} target="_blank" rel="noopener noreferrer">{content}</a>}
    </Radix.Item>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="truncate px-2.5 pt-1.5 pb-1 text-xs text-muted">{children}</Radix.Label>;
}

export function MenuRule() {
  return <Radix.Separator className="my-1 h-px bg-line" />;
}
