#!/bin/sh
# Starts pgAdmin with the password of the reader, and with the chart of each example as a saved query.
set -eu
printf 'postgres:5432:*:landfall_reader:%s\n' "$WAREHOUSE_PASSWORD" > "$PGADMIN_HOME/pgpass"
chmod 600 "$PGADMIN_HOME/pgpass"
# The folder of a user's files is named after the address, with _ for @.
files="$PGADMIN_HOME/storage/$(printf '%s' "$PGADMIN_DEFAULT_EMAIL" | tr @ _)"
mkdir -p "$files"
for chart in "$CHARTS"/*/chart.sql; do
  cp "$chart" "$files/$(basename "$(dirname "$chart")").sql"
done
exec "$@"
