#!/bin/sh
# Sets up Superset: its database, its first user, the warehouse, and a dashboard for each example.
set -eu
: "${SUPERSET_PASSWORD:?set it in .env}" "${SUPERSET_SECRET_KEY:?set it in .env}"
superset db upgrade
superset fab create-admin --username "$SUPERSET_USER" --password "$SUPERSET_PASSWORD" \
  --firstname Landfall --lastname Reader --email "$SUPERSET_USER@localhost" || true
superset init
cd "$WAREHOUSE_ASSETS/.."
python -m zipfile -c /tmp/warehouse.zip "$(basename "$WAREHOUSE_ASSETS")"
superset import-dashboards --path /tmp/warehouse.zip --username "$SUPERSET_USER"
# The files of the repository contain no password.
superset set-database-uri --database_name Landfall --uri "$WAREHOUSE_URI"
