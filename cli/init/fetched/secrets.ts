/** Keeps secrets out of a definition: each is named by the variable of the environment that has it. */
import { secretTextOf } from '../../../model/compile/sources/templates.ts';
import type { SecretText } from '../../../model/language/define-sources.ts';

/** A value as the definition has it, and the variables that it moved to the environment. */
export interface Kept {
  readonly value: string;
  /** By their names; those that the environment has already are not among them. */
  readonly moved: Readonly<Record<string, string>>;
}

/** Names of parameters and headers whose values are secrets. */
const secretName =
  /(?:^|[_-])(?:token|key|secret|password|passwd|pwd|signature|sig|auth|authorization|cookie|session)$|apikey|accesstoken/i;

/** An address as a whole, such as that of a database: it contains a password. */
export function keepAddress(
  address: string,
  dataset: string,
  env: NodeJS.ProcessEnv,
): { value: SecretText; moved: Kept['moved'] } {
  const { value, moved } = /\{env:\w+\}/.test(address)
    ? { value: address, moved: {} }
    : keep(address, `${prefix(dataset)}_URL`, env);
  return { value: secretTextOf(value), moved };
}

/** An address of the web: the values of parameters whose names say that they are secrets. */
export function keepParameters(address: string, dataset: string, env: NodeJS.ProcessEnv): Kept {
  const moved: Record<string, string> = {};
  const value = address.replace(/([?&])([^=&#]+)=([^&#]*)/g, (whole, sign, name, text) => {
    const plain = decodeURIComponent(text);
    if (!secretName.test(decodeURIComponent(name)) || plain === '' || /\{env:\w+\}/.test(plain)) return whole;
    const kept = keep(plain, `${prefix(dataset)}_${prefix(name)}`, env);
    Object.assign(moved, kept.moved);
    return `${sign}${name}=${kept.value}`;
  });
  return { value, moved };
}

/** The value of a header, whose scheme (`Bearer`, `Basic`) stays. */
export function keepHeader(name: string, text: string, dataset: string, env: NodeJS.ProcessEnv): Kept {
  if (!secretName.test(name) || /\{env:\w+\}/.test(text)) return { value: text, moved: {} };
  const [, scheme, secret] = /^((?:bearer|basic|token|digest)\s+)?(.*)$/is.exec(text)!;
  const kept = keep(secret, `${prefix(dataset)}_${scheme === undefined ? prefix(name) : 'TOKEN'}`, env);
  return { value: `${scheme ?? ''}${kept.value}`, moved: kept.moved };
}

/** A variable that has the value already is named; else one is proposed. */
function keep(secret: string, proposed: string, env: NodeJS.ProcessEnv): Kept {
  const known = Object.keys(env).find((name) => env[name] === secret && /^[A-Za-z_]\w*$/.test(name));
  if (known !== undefined) return { value: `{env:${known}}`, moved: {} };
  return { value: `{env:${proposed}}`, moved: { [proposed]: secret } };
}

function prefix(name: string): string {
  return name
    .toUpperCase()
    .replaceAll(/\W+/g, '_')
    .replace(/^(?=\d)/, '_');
}
