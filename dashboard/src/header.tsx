/** Brand, views, connection, theme. */
import { useState } from 'preact/hooks';
import { type PagePath, pagePaths } from '../../platform/progress/page-paths.ts';
import { noNews } from './live/summary.ts';
import type { ConnectionState } from './stream/connection.ts';
import { views } from './views.tsx';

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
  /** Of the view that is shown. */
  path: PagePath | null;
}) {
  const { connection, silentMs, version, path } = props;
  return (
    <header class="top">
      <div class="top-inner">
        <a class="home" href="/">
          <img src="/assets/landfall.svg" alt="" width="26" height="26" />
          <span class="brand">Landfall</span>
        </a>
        {version && <span class="quiet version">{version}</span>}
        <Views shown={path} />
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

/** Links to the views. One that is reached from another view is part of that one. */
function Views({ shown }: { shown: PagePath | null }) {
  return (
    <nav class="views" aria-label="Views">
      {pagePaths.map(
        (path) =>
          views[path].name !== null && (
            <a href={path} key={path} aria-current={currency(path, shown)}>
              {views[path].name}
            </a>
          ),
      )}
    </nav>
  );
}

function currency(path: PagePath, shown: PagePath | null): 'page' | 'true' | undefined {
  if (path === shown) return 'page';
  return path !== '/' && shown?.startsWith(`${path}/`) ? 'true' : undefined;
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
