/** The page as a whole: its header, and the view that its address names. */

import { Header } from './header.tsx';
import { OnlyLooks } from './notices/changes.tsx';
import type { ViewProps } from './view.ts';
import { views } from './views.tsx';

export function App(props: Omit<ViewProps, 'isStale'> & { silentMs: number | null }) {
  const { silentMs, ...rest } = props;
  const { route, connection, about } = props;
  const isStale = silentMs !== null;
  return (
    <OnlyLooks.Provider value={about?.role === 'view'}>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <Header
        connection={connection}
        silentMs={silentMs}
        version={about?.version ?? null}
        path={route.path}
      />
      <main class={isStale ? 'page stale' : 'page'} id="content" tabIndex={-1}>
        {route.path === null ? <NoView /> : views[route.path].draw({ ...rest, isStale })}
      </main>
    </OnlyLooks.Provider>
  );
}

function NoView() {
  return (
    <section class="panel empty">
      <h1>There is nothing here</h1>
      <p>
        No view has this address. <a href="/">What is being loaded now</a> · <a href="/files">All files</a>
      </p>
    </section>
  );
}
