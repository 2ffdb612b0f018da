# shellcheck shell=bash
# Makes sure that the binaries of a PostgreSQL server are on this machine.
# Sourced by the scripts beside it; the parley binary itself installs nothing.

# usable_postgres DIR succeeds when DIR holds a server that parley can run.
usable_postgres() {
  [ -x "$1/postgres" ] && [ -x "$1/initdb" ] || return 1
  local version
  version=$("$1/postgres" --version 2>/dev/null) || return 1
  version=${version#*PostgreSQL) }
  version=${version%%[!0-9]*}
  [ -n "$version" ] && [ "$version" -ge 14 ]
}

# have_postgres looks where parley itself looks.
have_postgres() {
  local dir found
  if [ -n "${PARLEY_PG_BIN:-}" ]; then
    usable_postgres "$PARLEY_PG_BIN"
    return
  fi
  if found=$(command -v postgres) && usable_postgres "$(dirname "$found")"; then
    return 0
  fi
  for dir in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* \
    /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin \
    /home/linuxbrew/.linuxbrew/opt/postgresql*/bin \
    /Applications/Postgres.app/Contents/Versions/*/bin /usr/local/pgsql/bin; do
    if usable_postgres "$dir"; then
      return 0
    fi
  done
  return 1
}

# as_root COMMAND... runs a command as root.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# quietly_apt runs apt-get without questions.
quietly_apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@"
}

# install_debian installs the package without the cluster that it would create
# and start on port 5432. An existing cluster is left as it is, and so is the
# configuration afterwards. A subshell, so that the trap ends with it.
install_debian() (
  quietly_apt update || echo "parley: apt-get update failed, trying with the package lists at hand" >&2
  quietly_apt install -y --no-install-recommends postgresql-common || exit 1

  conf=/etc/postgresql-common/createcluster.conf
  kept=$(mktemp) || exit 1
  if [ -e "$conf" ]; then
    cp "$conf" "$kept" || exit 1
    trap 'as_root cp "$kept" "$conf"; rm -f "$kept"' EXIT
  else
    trap 'as_root rm -f "$conf"; rm -f "$kept"' EXIT
  fi
  {
    grep -v '^[[:space:]]*create_main_cluster' "$kept"
    echo "create_main_cluster = false"
  } | as_root tee "$conf" >/dev/null
  quietly_apt install -y --no-install-recommends postgresql
)

# need_postgres installs a server when there is none, or says how to.
need_postgres() {
  if have_postgres; then
    return 0
  fi
  if [ -n "${PARLEY_PG_BIN:-}" ]; then
    echo "parley: PARLEY_PG_BIN names $PARLEY_PG_BIN, which has no postgres and initdb of version 14 or later" >&2
    return 1
  fi
  if command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; }; then
    echo "parley: no PostgreSQL server found, installing the package postgresql with apt-get" >&2
    install_debian >&2 || return 1
  elif command -v brew >/dev/null && [ "$(id -u)" -ne 0 ]; then
    echo "parley: no PostgreSQL server found, installing postgresql@17 with Homebrew" >&2
    brew install postgresql@17 >&2 || return 1
  fi
  if have_postgres; then
    return 0
  fi
  cat >&2 <<'END'
parley: a PostgreSQL server (postgres and initdb, version 14 or later) is needed. Install it:
  Debian, Ubuntu   apt-get install postgresql      (as root)
  Fedora, Red Hat  dnf install postgresql-server   (as root)
  Alpine           apk add postgresql              (as root)
  macOS            brew install postgresql@17
or name the folder of its binaries in PARLEY_PG_BIN.
END
  return 1
}

# need_go says what is missing before anything is installed.
need_go() {
  if ! command -v go >/dev/null && [ -x /usr/local/go/bin/go ]; then
    PATH=$PATH:/usr/local/go/bin
  fi
  if ! command -v go >/dev/null; then
    echo "parley: Go is needed, see https://go.dev/doc/install" >&2
    return 1
  fi
}
