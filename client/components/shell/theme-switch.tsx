// Light, dark, or as the system has it.
'use client';
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from 'react';
import type { IconName } from '@/components/ui/icons';
import { IconButton } from '@/components/ui/button';
import { Menu, MenuItem } from '@/components/ui/menu';
import { applyTheme, THEMES, type Theme } from '@/lib/theme';

const LOOKS: Record<Theme, { icon: IconName; label: string }> = {
  system: { icon: 'screen', label: 'As the system' },
  light: { icon: 'sun', label: 'Light' },
  dark: { icon: 'moon', label: 'Dark' },
};

const Context = createContext<{ theme: Theme; choose: (theme: Theme) => void }>({ theme: 'system', choose: applyTheme });

export function ThemeProvider({ initial, children }: { initial: Theme; children: ReactNode }) {
  const [theme, setTheme] = useState(initial);
  const choose = useCallback((chosen: Theme) => {
    applyTheme(chosen);
    setTheme(chosen);
  }, []);
  return <Context value={useMemo(() => ({ theme, choose }), [theme, choose])}>{children}</Context>;
}

export function ThemeSwitch() {
  const { theme, choose } = useContext(Context);
  return (
    <Menu trigger={<IconButton icon={LOOKS[theme].icon} label="Theme" />}>
      {THEMES.map((name) => (
        <MenuItem key={name} icon={LOOKS[name].icon} isChecked={name === theme} onSelect={() => choose(name)}>
          {LOOKS[name].label}
        </MenuItem>
      ))}
    </Menu>
  );
}
