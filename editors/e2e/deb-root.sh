#!/bin/sh
# deb-root.sh SUITE DIR PACKAGE...: unpack packages of another Debian suite and
# all they depend on, libc included, into DIR. The installed system is not
# touched: no dpkg status, no pinning, no root.
#
# DIR/run PROGRAM ARGS... starts a program of DIR with DIR's own dynamic linker.
# The mirror is the one this machine's apt uses already.
set -eu
suite=$1 dir=$2
shift 2
mirror=$(awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/*.sources 2>/dev/null || true)
if [ -z "$mirror" ]; then
  mirror=$(awk '$1=="deb"{for(i=2;i<=NF;i++) if ($i ~ /:\/\//) {print $i; exit}}' \
    /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true)
fi
[ -n "$mirror" ] || { echo "no Debian mirror in the apt sources" >&2; exit 1; }

rm -rf "$dir"
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
st=$dir/.apt
mkdir -p "$st/lists/partial" "$st/cache/archives/partial" "$st/debs"
: >"$st/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$st/sources.list"
apt() {
  apt-get -q \
    -o "Dir::Etc::sourcelist=$st/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::Etc::preferencesparts=/dev/null -o "Dir::State::lists=$st/lists" \
    -o "Dir::State::status=$st/status" -o "Dir::Cache=$st/cache" \
    -o APT::Install-Recommends=false -o APT::Sandbox::User=root "$@"
}
apt update
list=$(apt -s install "$@" | awk '/^Inst/{print $2}')
[ -n "$list" ] || { echo "apt finds no way to install: $*" >&2; exit 1; }
# shellcheck disable=SC2086 # one word per package
(cd "$st/debs" && apt download $list)
for d in "$st"/debs/*.deb; do dpkg -x "$d" "$dir"; done
rm -rf "$st"

# Written last: its presence says that the folder is complete.
cat >"$dir/run.part" <<'R'
#!/bin/sh
# run PROGRAM ARGS...: start a program of this folder with this folder's libraries
d=$(cd "$(dirname "$0")" && pwd)
p=$1
shift
lib=$d/usr/lib/x86_64-linux-gnu:$d/lib/x86_64-linux-gnu
for i in "$d/usr/lib64" "$d/lib64" "$d/usr/lib/x86_64-linux-gnu" "$d/lib/x86_64-linux-gnu"; do
  [ -e "$i/ld-linux-x86-64.so.2" ] && ld=$i/ld-linux-x86-64.so.2 && break
done
[ -d "$d/usr/share/nvim/runtime" ] && export VIMRUNTIME="$d/usr/share/nvim/runtime"
for i in "$d/usr/lib/x86_64-linux-gnu/hx/runtime" "$d/usr/lib/hx/runtime" "$d/usr/share/hx/runtime"; do
  [ -d "$i" ] && export HELIX_RUNTIME="$i" && break
done
exec "$ld" --library-path "$lib" "$d/usr/bin/$p" "$@"
R
chmod +x "$dir/run.part"
mv "$dir/run.part" "$dir/run"
