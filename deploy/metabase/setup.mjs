// Sets up Metabase: its first user, the warehouse, and a question and a dashboard for each example. What is there
// already stays, so it may run at each start.
//
//   METABASE_URL, METABASE_EMAIL, METABASE_PASSWORD   where it is, and its first user
//   WAREHOUSE_HOST, WAREHOUSE_PORT, WAREHOUSE_DATABASE, WAREHOUSE_USER, WAREHOUSE_PASSWORD   as the reader
//   CHARTS   a folder with NAME/chart.sql for each example
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const { env } = process;
const databaseName = 'Landfall';
/** Metabase migrates its own database at its first start, which takes minutes. */
const startsWithinMs = 600_000;
const pauseMs = Number(env.METABASE_PAUSE_MS ?? 2000);

let session = '';

async function request(method, path, body) {
  const response = await fetch(new URL(path, env.METABASE_URL), {
    method,
    headers: { 'content-type': 'application/json', ...(session && { 'x-metabase-session': session }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: status ${response.status}: ${text.slice(0, 500)}`);
  return text === '' ? null : JSON.parse(text);
}

async function untilHealthy() {
  const end = Date.now() + startsWithinMs;
  for (;;) {
    try {
      return await request('GET', '/api/health');
    } catch (error) {
      if (Date.now() > end) throw error;
      await delay(pauseMs);
    }
  }
}

/** Makes the first user, or signs in as the user that there is. */
async function signIn() {
  const [email, password] = [env.METABASE_EMAIL, env.METABASE_PASSWORD];
  if (!password) throw new Error('METABASE_PASSWORD: set it in .env');
  const properties = await request('GET', '/api/session/properties');
  const token = properties['setup-token'];
  if (!properties['has-user-setup'] && token) {
    const user = { email, password, first_name: 'Landfall', last_name: 'Reader', site_name: databaseName };
    const prefs = { site_name: databaseName, site_locale: 'en', allow_tracking: false };
    return (await request('POST', '/api/setup', { token, user, prefs })).id;
  }
  return (await request('POST', '/api/session', { username: email, password })).id;
}

async function warehouse() {
  const listed = await request('GET', '/api/database');
  const known = (listed.data ?? listed).find(({ name }) => name === databaseName);
  if (known !== undefined) return known.id;
  const details = {
    host: env.WAREHOUSE_HOST,
    port: Number(env.WAREHOUSE_PORT),
    dbname: env.WAREHOUSE_DATABASE,
    user: env.WAREHOUSE_USER,
    password: env.WAREHOUSE_PASSWORD,
    ssl: false,
    'schema-filters-type': 'inclusion',
    'schema-filters-patterns': 'star',
  };
  return (await request('POST', '/api/database', { engine: 'postgres', name: databaseName, details })).id;
}

/** Examples with a chart, each with its title, its SQL and the names of its columns. */
function charts() {
  return readdirSync(env.CHARTS)
    .filter((name) => existsSync(join(env.CHARTS, name, 'chart.sql')))
    .sort()
    .map((name) => {
      const text = readFileSync(join(env.CHARTS, name, 'chart.sql'), 'utf8');
      const [, title, sql] = /^-- (.+)\n([\s\S]+)$/.exec(text);
      const [, list] = /^select (.+)\n/.exec(sql);
      const columns = list.split(/,\s+(?![^(]*\))/).map((one) => /(\w+)$/.exec(one)[1]);
      return { name, title: `${name}: ${title}`, sql, columns };
    });
}

async function question(database, { title, sql, columns: [at, series, value] }, known) {
  const found = known.find(({ name, archived }) => name === title && !archived);
  if (found !== undefined) return found.id;
  const card = {
    name: title,
    display: 'bar',
    dataset_query: { type: 'native', database, native: { query: sql, 'template-tags': {} } },
    visualization_settings: {
      'graph.dimensions': [at, series],
      'graph.metrics': [value],
      'stackable.stack_type': 'stacked',
    },
  };
  return (await request('POST', '/api/card', card)).id;
}

async function dashboard({ title }, card, known) {
  const found = known.find(({ name }) => name === title);
  const id = found?.id ?? (await request('POST', '/api/dashboard', { name: title })).id;
  const { dashcards = [] } = await request('GET', `/api/dashboard/${id}`);
  if (dashcards.some(({ card_id }) => card_id === card)) return;
  const place = { row: 0, col: 0, size_x: 24, size_y: 10 };
  const dashcard = { id: -1, card_id: card, ...place, parameter_mappings: [], visualization_settings: {} };
  await request('PUT', `/api/dashboard/${id}`, { dashcards: [...dashcards, dashcard] });
}

await untilHealthy();
session = await signIn();
const database = await warehouse();
const cards = await request('GET', '/api/card');
const searched = await request('GET', '/api/search?models=dashboard');
const dashboards = searched.data ?? searched;
for (const chart of charts()) await dashboard(chart, await question(database, chart, cards), dashboards);
console.log(`Metabase has the warehouse, and ${charts().length} dashboards: ${env.METABASE_URL}`);
