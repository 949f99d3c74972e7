#!/usr/bin/env bash
# run.sh BINARY [NAME...]: the editor tests, with the given dbwise.
#
# Each test is a driver that exits 0 or 1; NAME picks the tests whose name contains
# it. Logs and screenshots go to editors/e2e/out. What cannot run here is named; with
# CI=true that is a failure. The last line is the count.
set -uo pipefail
source "$(dirname "$0")/env.sh"
binary=$(realpath "$1")
shift
only=("$@")
out=$E2E/out
vsix=$E2E/../vscode/dist/dbwise-linux-x64.vsix
bare_vsix=$E2E/../vscode/dist/dbwise.vsix
node=node
[ -x "$NODE24" ] && node=$NODE24
mkdir -p "$out"

passed=0
failed=()
left_out=()

wanted() {
  [ ${#only[@]} -eq 0 ] && return 0
  local o
  for o in "${only[@]}"; do [[ $1 == *"$o"* ]] && return 0; done
  return 1
}

# check NAME SECONDS NEEDS COMMAND...: NEEDS are files and programs on PATH.
check() {
  local name=$1 limit=$2 needs=$3 started=$SECONDS log rc=0 need
  shift 3
  wanted "$name" || return 0
  for need in $needs; do
    if [ ! -e "$need" ] && ! command -v "$need" >/dev/null; then
      left_out+=("$name (no $need)")
      return 0
    fi
  done
  log=$out/${name// /-}.log
  timeout --kill-after=10 "$limit" "$@" >"$log" 2>&1 </dev/null || rc=$?
  if [ $rc = 0 ]; then
    passed=$((passed + 1))
    echo "ok   $name ($((SECONDS - started)) s)"
  else
    failed+=("$name")
    echo "FAIL $name (exit code $rc, $((SECONDS - started)) s)"
    tail -n 40 "$log" | sed 's/^/     /'
  fi
}

# on_copy COMMAND...: E2E_WS is a fresh copy of the demo, gone afterwards.
on_copy() {
  local dir rc=0
  dir=$(mktemp -d)
  cp -r "$E2E/../demo" "$dir/shop"
  mkdir "$dir/shop/.git" # a project of its own
  # Editors keep state in the home folder; this one is thrown away as well.
  mkdir "$dir/home"
  HOME=$dir/home XDG_CONFIG_HOME=$dir/home XDG_STATE_HOME=$dir/home XDG_DATA_HOME=$dir/home XDG_CACHE_HOME=$dir/home \
    E2E_WS=$dir/shop E2E_BIN=$binary E2E_SCENARIOS=$E2E/scenarios.json "$@" || rc=$?
  rm -rf "$dir"
  return $rc
}
export -f on_copy
export binary E2E

driver() { # driver NAME SECONDS NEEDS COMMAND...: a check on a copy of the demo
  local name=$1 limit=$2 needs=$3
  shift 3
  check "$name" "$limit" "$needs" bash -c 'on_copy "$@"' on_copy "$@"
}

nvim_args=(--clean --headless -c "luafile $E2E/nvim/e2e.lua")
vscode() { # vscode MODE VSIX ARGS...
  local mode=$1 package=$2
  shift 2
  check "VS Code $mode" 300 "$NODE24 chromium $package" "$NODE24" "$E2E/vscode/run.mjs" "$mode" --npm "$NPM_DIR" --vsix "$package" --out "$out/vscode-$mode" "$@"
}

check "demo findings" 120 "$node" "$node" "$E2E/demo.mjs" "$binary"
check "documentation snippets" 60 "$NPM_DIR" "$node" "$E2E/snippets.mjs" "$NPM_DIR"
check "extension manifest" 60 "$node" "$node" "$E2E/check-extension.mjs" "$E2E/../vscode"
check "extension packages" 300 "$vsix" "$E2E/packages.sh" "$binary"
driver "Neovim of this Debian" 120 nvim env E2E_PLUGIN="$E2E/../nvim" nvim "${nvim_args[@]}"
driver "Neovim of trixie" 120 "$TRIXIE/run" env E2E_PLUGIN="$E2E/../nvim" "$TRIXIE/run" nvim "${nvim_args[@]}"
driver "Neovim of forky" 120 "$FORKY/run" env E2E_PLUGIN="$E2E/../nvim" "$FORKY/run" nvim "${nvim_args[@]}"
check "Helix" 240 "tmux $TRIXIE/run" env E2E_BIN_DIR="$(dirname "$binary")" "$node" "$E2E/helix/e2e.mjs" "$TRIXIE/run" hx
driver "Emacs" 120 emacs emacs --batch -Q -l "$E2E/emacs/e2e.el"
driver "Vim" 120 vim vim -Nu NONE -i NONE -n -es -S "$E2E/vim/e2e.vim"
# One browser at a time, and the target-less package once: with dbwise on PATH.
vscode api "$vsix"
vscode untrusted "$vsix"
vscode ui "$bare_vsix" --path "$(dirname "$binary")"

if [ ${#only[@]} -eq 0 ] && ! have_initdb; then left_out+=("Go tests against this Debian's PostgreSQL (no initdb)"); fi
if [ ${#only[@]} -eq 0 ] && [ ! -d "$PG_DIR" ]; then left_out+=("Go tests against PostgreSQL 11 and 18 (not installed)"); fi
for name in "${left_out[@]}"; do echo "left out: $name"; done
if run_as_ci; then failed+=("${left_out[@]}"); fi
echo "editors: $passed passed, ${#failed[@]} failed"
[ ${#failed[@]} -eq 0 ]
