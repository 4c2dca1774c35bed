/** The page: what is pushed goes into a view, and the view is drawn once a frame. */
import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import type { ThroughputSample } from '../../platform/progress/progress.ts';
import type { ProgressView } from '../../platform/progress/progress-client.ts';
import type { About } from './about.ts';
import { App } from './app.tsx';
import { type ConnectionState, follow } from './connection.ts';
import './page.css';
import { summarise } from './summary.ts';
import { addSample, alignHistory } from './throughput.ts';

const root = document.getElementById('app')!;
let view: ProgressView | null = null;
let connection: ConnectionState = 'connecting';
let samples: readonly ThroughputSample[] = [];
let about: About | null = null;
let frame = 0;

function draw(): void {
  frame = 0;
  render(<App state={view?.state ?? null} connection={connection} samples={samples} about={about} />, root);
}

/** At most one drawing a frame, however many messages come. */
function drawSoon(): void {
  if (frame === 0) frame = requestAnimationFrame(draw);
}

// A token in the address has become a cookie; it need not stay in the history or on the screen.
if (new URLSearchParams(location.search).has('token')) history.replaceState(null, '', location.pathname);

follow(location.href, {
  onView(next, message) {
    view = next;
    if (message.type === 'snapshot') samples = alignHistory(message.history ?? [], Date.now());
    const { rowsPerSecond, bytesPerSecond } = next.state.totals;
    samples = addSample(samples, { at: Date.now(), rowsPerSecond, bytesPerSecond });
    // Also where the tab is hidden and no frame is drawn.
    const { title } = summarise(next.state);
    if (document.title !== title) document.title = title;
    drawSoon();
  },
  onState(next) {
    connection = next;
    drawSoon();
  },
});

fetch('/api/about')
  .then((response) => (response.ok ? response.json() : null))
  .then((answer: About | null) => {
    about = answer;
    drawSoon();
  })
  .catch(() => {
    // The page does without: it only lacks the path of the landing folder.
  });
draw();
