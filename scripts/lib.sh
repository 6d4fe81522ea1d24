# Shared by the scripts here; sourced, not run.

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# Where cargo puts what it builds by a profile.
built() {
  case $1 in dev | test) echo "${CARGO_TARGET_DIR:-target}/debug" ;; *) echo "${CARGO_TARGET_DIR:-target}/$1" ;; esac
}

# Runs a command as root, or not at all (1).
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then sudo "$@"
  else return 1
  fi
}

# Does what a network may fail once or twice.
again() {
  local pause
  for pause in 3 10 30; do
    "$@" && return
    sleep "$pause"
  done
  "$@"
}

# Installs Debian packages, or not (1). A machine that has just begun may be renewing its own: it waits for that.
apt_install() {
  command -v apt-get >/dev/null && as_root true || return 1
  local apt=(as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  again "${apt[@]}" update || say "The lists of Debian's packages could not be renewed"
  "${apt[@]}" -y install --no-install-recommends "$@" >&2
}

# Makes a Python environment anew in a folder and installs there what pip is told to, or not (1). Debian has what makes one in
# a package of its own.
python_home() {
  local folder=$1
  shift
  command -v python3 >/dev/null || return 1
  rm -rf "$folder"
  { python3 -m venv "$folder" >&2 || { apt_install python3-venv && rm -rf "$folder" && python3 -m venv "$folder"; }; } &&
    again "$folder/bin/pip" install --quiet --disable-pip-version-check "$@" >&2
}

# The user that Postgres runs as when we are root; empty otherwise.
postgres_user() {
  [ "$(id -u)" = 0 ] || return 0
  if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
}

# Runs one of Postgres's programs as somebody whom it accepts, from a folder that this one may enter.
as_postgres() {
  local user; user=$(postgres_user)
  if [ -z "$user" ]; then (cd / && "$@"); return; fi
  (cd / && setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups "$@")
}
