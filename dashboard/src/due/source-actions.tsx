/** What a person can have a source fetch. Each says first what it would fetch. */
import { useState } from 'preact/hooks';
import { plural } from '../../../platform/plural.ts';
import type { SourceProgress } from '../../../platform/progress/progress.ts';
import { Confirm, usePlan } from '../file/plan.tsx';
import { span } from '../format.ts';
import { Changes } from '../notices/changes.tsx';
import { Fault } from '../notices/fault.tsx';
import { send } from '../stream/ask.ts';

interface RunEffect {
  readonly window: { readonly from: string; readonly to: string } | null;
  readonly fetches?: boolean;
}

interface BackfillEffect {
  readonly windows: number;
  readonly fetches: number;
  readonly done: number;
}

export function SourceActions({ source }: { source: SourceProgress }) {
  const { dataset, source: name } = source;
  const path = `/api/sources/${encodeURIComponent(dataset)}/${encodeURIComponent(name)}`;
  const [asksSpan, setAsksSpan] = useState(false);
  const [dates, setDates] = useState({ from: '', to: '', step: '' });
  const { plan, setPlan, outcome, refusal, isBusy, step, run } = usePlan(() => setAsksSpan(false));

  const planRun = () =>
    step(async () => {
      const effect = await send<RunEffect>(`${path}/run?dryRun=true`);
      setPlan({
        name: `Run ${dataset}.${name}`,
        lines: [runWords(effect)],
        run: async () => {
          await send(`${path}/run`);
          return { lines: ['It is planned, and starts when it is its turn.'], fileId: null };
        },
      });
    });
  const planBackfill = () =>
    step(async () => {
      const { step: length, ...ends } = dates;
      const asked = { ...ends, ...(length.trim() !== '' && { step: length.trim() }) };
      const effect = await send<BackfillEffect>(`${path}/backfill?dryRun=true`, asked);
      setPlan({
        name: `Backfill ${dataset}.${name}`,
        lines: backfillWords(effect),
        run: async () => {
          const { fetches } = await send<BackfillEffect>(`${path}/backfill`, asked);
          return { lines: [`${plural(fetches, 'run')} planned, behind the live ones.`], fileId: null };
        },
      });
    });

  return (
    <div class="source-actions" aria-busy={isBusy}>
      <div class="actions">
        <Changes>
          <button
            type="button"
            class="button"
            disabled={isBusy}
            onClick={planRun}
            aria-label={`Run now: ${dataset}.${name}`}
          >
            Run now…
          </button>
          <button
            type="button"
            class="button"
            disabled={isBusy}
            aria-expanded={asksSpan}
            aria-label={`Backfill: ${dataset}.${name}`}
            onClick={() => setAsksSpan(!asksSpan)}
          >
            Backfill…
          </button>
        </Changes>
      </div>
      {asksSpan && (
        <form
          class="filters"
          onSubmit={(event) => {
            event.preventDefault();
            planBackfill();
          }}
        >
          {(['from', 'to'] as const).map((end) => (
            <label key={end}>
              <span>{end === 'from' ? 'From' : 'To, exclusive'}</span>
              <input
                type="date"
                required
                value={dates[end]}
                onInput={(event) => setDates({ ...dates, [end]: event.currentTarget.value })}
              />
            </label>
          ))}
          <label>
            <span>Length of a window</span>
            <input
              type="text"
              size={12}
              placeholder={source.schedule === null ? '1d' : 'as scheduled'}
              value={dates.step}
              onInput={(event) => setDates({ ...dates, step: event.currentTarget.value })}
            />
          </label>
          <button type="submit" class="button strong" disabled={isBusy}>
            What would it fetch?
          </button>
        </form>
      )}
      {plan && <Confirm plan={plan} busy={isBusy} run={() => run(plan)} cancel={() => setPlan(null)} />}
      <p class="small" role="status">
        {outcome?.lines.join(' ')}
      </p>
      {refusal && (
        <div role="alert">
          <Fault error={refusal} mild />
        </div>
      )}
    </div>
  );
}

export function runWords({ window, fetches }: RunEffect): string {
  const what = window === null ? 'what the source has now' : span(window.from, window.to);
  return fetches === false ? `Nothing: ${what} is fetched already, or is being fetched.` : `Fetches ${what}.`;
}

export function backfillWords({ windows, fetches, done }: BackfillEffect): string[] {
  return [
    `${plural(windows, 'window')}: ${fetches} would be fetched, behind the live runs.`,
    ...(done > 0 ? [`${plural(done, 'window')} ${done === 1 ? 'is' : 'are'} fetched already.`] : []),
  ];
}
