#!/usr/bin/env bash
# build.sh BINARY: check, bundle and pack the extension.
#
#   dist/dbwise-linux-x64.vsix   with BINARY in it
#   dist/dbwise.vsix             without: for every other platform
#
# The same source gives the same bytes: file times are SOURCE_DATE_EPOCH, by default
# the time of the last commit to this folder.
set -euo pipefail
binary=$(realpath "$1")
cd "$(dirname "$0")"
source ../e2e/env.sh

: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct -- . 2>/dev/null || echo 1767225600)}"
export SOURCE_DATE_EPOCH

stamp=node_modules/.dbwise-lock
if [ ! -f "$stamp" ] || ! cmp -s package-lock.json "$stamp"; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp package-lock.json "$stamp"
fi

# vsce needs Node 20; Debian 12 has 18. The one of the editor tests will do.
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)'; then
  [ -x "$NODE24" ] || ../e2e/setup.sh
  PATH=$(dirname "$NODE24"):$PATH
fi

mkdir -p bin dist
install -m 755 "$binary" bin/dbwise
vsce() {
  # Its list of files goes out with the error only; packages.sh checks the list.
  local log
  log=$(node node_modules/@vscode/vsce/vsce package --no-dependencies "$@" 2>&1) || { echo "$log"; return 1; }
  echo "$log" | grep DONE
}
vsce --target linux-x64 --out dist/dbwise-linux-x64.vsix
vsce --ignoreFile .vscodeignore-nobin --out dist/dbwise.vsix
