/** Brand, views, connection, theme. */
import { useState } from 'preact/hooks';
import { type PagePath, pagePaths } from '../../platform/progress/page-paths.ts';
import { noNews } from './live/summary.ts';
import { chooseNotify, notifyChoice } from './notices/notify.ts';
import type { ConnectionState } from './stream/connection.ts';
import { views } from './views.tsx';

const connectionWords: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  silent: 'Not answering',
  offline: 'Offline',
  waiting: 'Reconnecting',
  refused: 'Token required',
};

export function Header(props: {
  connection: ConnectionState;
  silentMs: number | null;
  version: string | null;
  /** Of the view that is shown. */
  path: PagePath | null;
}) {
  const { connection, silentMs, version, path } = props;
  // How long there was no news says nothing to who has no token.
  const isCounted = silentMs !== null && connection !== 'refused';
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
          <span class={isCounted ? 'word' : undefined}>{connectionWords[connection]}</span>
          {isCounted && (
            <>
              <span class="unseen">. What is shown may be over.</span>
              <span class="no-news" aria-hidden="true">
                {noNews(silentMs)}
              </span>
            </>
          )}
        </span>
        {connection === 'refused' && (
          <button type="button" class="ask" onClick={() => location.reload()}>
            Enter it
          </button>
        )}
        <NotifyButton />
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

const notifyWords = {
  on: 'Notifications of files that end: on. Switch them off',
  off: 'Notifications of files that end: off. Switch them on',
  blocked: 'The browser does not let this page notify. Allow it in the settings of the site',
} as const;

/** Switches notifications. The browser asks the reader on the first click, and never before. */
function NotifyButton() {
  const [choice, setChoice] = useState(notifyChoice);
  if (choice === 'absent') return null;
  const change = async () => setChoice(await chooseNotify(choice === 'off'));
  return (
    <button
      type="button"
      class={`theme notify ${choice}`}
      onClick={choice === 'blocked' ? undefined : change}
      aria-pressed={choice === 'on'}
      aria-disabled={choice === 'blocked'}
      title={notifyWords[choice]}
      aria-label={notifyWords[choice]}
    >
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <path d="M10 2a5 5 0 0 0-5 5v4l-1.5 3h13L15 11V7a5 5 0 0 0-5-5zM8 16a2 2 0 0 0 4 0z" />
      </svg>
    </button>
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
