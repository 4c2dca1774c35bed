/** Datasets that expect files, and whether these are there. */
import { plural } from '../../../platform/plural.ts';
import { type FreshnessReport, type FreshnessState, isLacking } from '../../../platform/progress/progress.ts';
import { moment } from '../format.ts';
import { PanelHead } from '../panel.tsx';

const words: Readonly<Record<FreshnessState, string>> = {
  fresh: 'there',
  waiting: 'expected',
  late: 'late',
  missing: 'missing',
};

export function Expected({ freshness }: { freshness: readonly FreshnessReport[] }) {
  if (freshness.length === 0) return null;
  const lacking = freshness.filter(isLacking).length;
  return (
    <section class="panel" aria-label="Expected files">
      <PanelHead title="Expected files" note={lacking > 0 ? `${lacking} late or missing` : 'all there'} />
      <ul class="files">
        {freshness.map((report) => (
          <li class="file" key={report.dataset}>
            <div class="file-line">
              <b>{report.dataset}</b>
              <span class={isLacking(report) ? 'warn' : 'quiet'}>{words[report.state]}</span>
            </div>
            <p class="small quiet expected">{sentence(report)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function sentence({ state, due, since, missed }: FreshnessReport): string {
  if (state === 'fresh') return `for the window due ${moment(due)}`;
  if (since === null) return `due ${moment(due)}`;
  return `no file for ${plural(missed, 'window')}, since ${moment(since)}`;
}
