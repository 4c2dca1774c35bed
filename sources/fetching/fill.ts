/** Fills in the templates of a source when a run starts, and takes secrets out of texts. */
import { zoneOf } from '../../model/compiled-schedule.ts';
import type { CompiledSource, Template } from '../../model/compiled-source.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FetchTask, FetchWindow } from './contract.ts';

/** A shorter value is not a secret, and may be part of any word. */
const secretLeast = 4;

/** Names of environment variables that the sources need and the environment lacks, sorted. */
export function missingVariables(
  sources: readonly Pick<CompiledSource, 'env'>[],
  env: NodeJS.ProcessEnv,
): string[] {
  return [...new Set(sources.flatMap((source) => source.env))].filter((name) => !env[name]).sort();
}

/** `dataset`: for errors. Throws LF_SOURCE_ENV; `fill` throws LF_SOURCE_WINDOW. */
export function fillFor(
  dataset: string,
  source: Pick<CompiledSource, 'name' | 'env' | 'schedule'>,
  window: FetchWindow | null,
  env: NodeJS.ProcessEnv,
): Pick<FetchTask, 'fill' | 'redact'> {
  const missing = missingVariables([source], env);
  if (missing.length > 0)
    throw new LandfallError('LF_SOURCE_ENV', { source: source.name, dataset, names: missing.join(', ') });
  const zone = zoneOf(source.schedule);
  const valueFor = (hole: string): string => {
    if (hole.startsWith('env:')) return env[hole.slice(4)]!;
    if (window === null) throw new LandfallError('LF_SOURCE_WINDOW', { source: source.name, dataset });
    const [end, form] = hole.split(':');
    return instantAs(end === 'from' ? window.from : window.to, form, zone);
  };
  return {
    fill: (template: Template, encode = (value) => value) =>
      template.replaceAll(/\{((?:env:\w+)|(?:from|to)(?::\w+)?)\}/g, (_, hole) => encode(valueFor(hole))),
    redact: redactorOf(source, env),
  };
}

function instantAs(instant: string, form: string | undefined, zone: string): string {
  const at = new Date(instant);
  if (form === 'ms') return String(at.getTime());
  if (form === 'seconds') return String(Math.floor(at.getTime() / 1000));
  // Sweden writes dates as ISO 8601 does.
  if (form === 'date') return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(at);
  return at.toISOString().replace('.000Z', 'Z');
}

/** Takes the secrets of a source out of a text; of a source that is gone there are none. */
export function redactorOf(
  source: Pick<CompiledSource, 'env'> | undefined,
  env: NodeJS.ProcessEnv,
): (text: string) => string {
  return (text) => redacted(text, source?.env ?? [], env);
}

/** The text with the name of each variable in the place of its value, however the value is written in an address. */
function redacted(text: string, names: readonly string[], env: NodeJS.ProcessEnv): string {
  const secrets = names.flatMap((name) => {
    const value = env[name] ?? '';
    const forms = [value, encodeURIComponent(value), encodeURI(value), JSON.stringify(value).slice(1, -1)];
    return forms.filter((form) => form.length >= secretLeast).map((form) => ({ form, name }));
  });
  // The longest first: one may contain another.
  secrets.sort((a, b) => b.form.length - a.form.length);
  return secrets.reduce((shown, { form, name }) => shown.replaceAll(form, `{env:${name}}`), text);
}
