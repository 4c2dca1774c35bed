/** The page: messages change a view, which is drawn once per frame. */
import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import type { ThroughputSample } from '../../platform/progress/progress.ts';
import type { ProgressView } from '../../platform/progress/progress-client.ts';
import { App } from './app.tsx';
import type { About } from './stream/about.ts';
import { type ConnectionState, follow } from './stream/connection.ts';
import { passOn } from './stream/messages.ts';
import './page.css';
import { noNews, summarise } from './live/summary.ts';
import { endedIn, notify } from './notices/notify.ts';
import { addressOf, followRoutes, routeOf } from './route.ts';
import { addSample, alignHistory } from './stream/throughput.ts';
import { views } from './views.tsx';

const root = document.getElementById('app')!;
let view: ProgressView | null = null;
let connection: ConnectionState = 'connecting';
let samples: readonly ThroughputSample[] = [];
let about: About | null = null;
let route = routeOf(new URL(location.href));
let heardAt = Date.now();
let frame = 0;
/** Counts the seconds without news, while there is none. */
let counting: number | undefined;

function draw(): void {
  frame = 0;
  const state = view?.state ?? null;
  const silentMs = silenceOf();
  render(<App {...{ route, state, connection, silentMs, samples, about }} />, root);
}

/** How long the server has said nothing, in ms; null while it is live, and before its first word. */
function silenceOf(): number | null {
  return view === null || connection === 'live' ? null : Math.max(0, Date.now() - heardAt);
}

/** Not in draw(), because a hidden tab draws no frames. */
function showTitle(): void {
  const state = view?.state ?? null;
  const silentMs = silenceOf();
  const shown = route.path === null ? '' : views[route.path].title(route, state);
  const now = silentMs !== null ? `${noNews(silentMs)} · Landfall` : state && summarise(state).title;
  const title = [shown, now ?? 'Landfall'].filter((part) => part !== '').join(' · ');
  if (document.title !== title) document.title = title;
}

/** Draws in the next frame, once for all messages until then. */
function drawSoon(): void {
  if (frame === 0) frame = requestAnimationFrame(draw);
}

// The server has stored the token of the address in a cookie. Remove it from the screen and the history.
if (route.query.has('token')) {
  route.query.delete('token');
  history.replaceState(null, '', addressOf(location.pathname, Object.fromEntries(route.query)));
}

followRoutes((moved) => {
  route = routeOf(new URL(location.href));
  showTitle();
  // At once, so that the browser finds the place again that the reader comes back to.
  draw();
  if (!moved) return;
  window.scrollTo(0, 0);
  document.getElementById('content')?.focus({ preventScroll: true });
});

follow(location.href, {
  onView(next, message) {
    notify(endedIn(message, view?.state ?? null));
    view = next;
    passOn(message);
    if (message.type === 'snapshot') samples = alignHistory(message.history ?? [], Date.now());
    const { rowsPerSecond, bytesPerSecond } = next.state.totals;
    samples = addSample(samples, { at: Date.now(), rowsPerSecond, bytesPerSecond });
    showTitle();
    drawSoon();
  },
  onState(next, at) {
    connection = next;
    heardAt = at;
    window.clearInterval(counting);
    if (next !== 'live') counting = window.setInterval(count, 1000);
    count();
  },
});

function count(): void {
  showTitle();
  drawSoon();
}

fetch('/api/about')
  .then((response) => (response.ok ? response.json() : null))
  .then((answer: About | null) => {
    about = answer;
    drawSoon();
  })
  .catch(() => {
    // Without the answer, the page only lacks the version and the path of the landing folder.
  });
draw();
