#!/bin/sh
# Run once by the database's image on empty data: the two logins, and the database of the first.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set=owner="$OWNER_PASSWORD" --set=web="$WEB_PASSWORD" <<'SQL'
CREATE ROLE impasse_owner LOGIN CREATEDB PASSWORD :'owner';
CREATE ROLE impasse_web LOGIN NOCREATEDB NOBYPASSRLS PASSWORD :'web';
CREATE DATABASE impasse OWNER impasse_owner;
SQL
