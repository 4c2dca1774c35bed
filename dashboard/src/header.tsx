/** Brand, connection, theme. */
import { useState } from 'preact/hooks';
import type { ConnectionState } from './connection.ts';
import { noNews } from './summary.ts';

const connectionWords: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  silent: 'Not answering',
  offline: 'Offline',
  waiting: 'Reconnecting',
};

export function Header(props: {
  connection: ConnectionState;
  silentMs: number | null;
  version: string | null;
}) {
  const { connection, silentMs, version } = props;
  return (
    <header class="top">
      <div class="top-inner">
        <img src="/assets/landfall.svg" alt="" width="26" height="26" />
        <span class="brand">Landfall</span>
        {version && <span class="quiet version">{version}</span>}
        <span class={`connection ${connection}`} role="status">
          <i aria-hidden="true" />
          <span class={silentMs === null ? undefined : 'word'}>{connectionWords[connection]}</span>
          {silentMs !== null && (
            <>
              <span class="unseen">. What is shown may be over.</span>
              <span class="no-news" aria-hidden="true">
                {noNews(silentMs)}
              </span>
            </>
          )}
        </span>
        <ThemeButton />
      </div>
    </header>
  );
}

type Theme = 'system' | 'light' | 'dark';
const nextTheme: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const themeSigns: Readonly<Record<Theme, string>> = { system: '◐', light: '☀', dark: '☾' };

/** Changes between the system's theme, light and dark. public/assets/theme.js restores the choice. */
function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(
    (document.documentElement.dataset.theme as Theme | undefined) ?? 'system',
  );
  const change = () => {
    const next = nextTheme[theme];
    setTheme(next);
    if (next === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem('landfall-theme', next);
    } catch {
      // Storage may be forbidden. The choice then lasts until the page is closed.
    }
  };
  return (
    <button
      type="button"
      class="theme"
      onClick={change}
      title={`Theme: ${theme}`}
      aria-label={`Theme: ${theme}. Change it`}
    >
      <span aria-hidden="true">{themeSigns[theme]}</span>
    </button>
  );
}
