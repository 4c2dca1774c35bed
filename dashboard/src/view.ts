/** What a view of the page is, and what it is drawn from. */
import type { ComponentChild } from 'preact';
import type { ProgressState, ThroughputSample } from '../../platform/progress/progress.ts';
import type { Route } from './route.ts';
import type { About } from './stream/about.ts';
import type { ConnectionState } from './stream/connection.ts';

export interface ViewProps {
  readonly route: Route;
  /** Null before the server's first word. */
  readonly state: ProgressState | null;
  readonly connection: ConnectionState;
  /** Nobody knows whether the state still holds. */
  readonly isStale: boolean;
  readonly samples: readonly ThroughputSample[];
  readonly about: About | null;
}

export interface View {
  /** In the navigation; null: it is reached from another view. */
  readonly name: string | null;
  /** Before the title of the page; empty: nothing. */
  title(route: Route, state: ProgressState | null): string;
  draw(props: ViewProps): ComponentChild;
}
