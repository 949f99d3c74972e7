#!/usr/bin/env bash
# packages.sh BINARY: what is in the two .vsix files, whether the same source gives
# the same bytes again, and whether the schema is the one the binary prints.
set -euo pipefail
binary=$(realpath "$1")
cd "$(dirname "$0")/../vscode"

list() { node -e '
  // A zip ends with its directory: names are enough here, so no zip library.
  const b = require("fs").readFileSync(process.argv[1]);
  let end = b.length - 22; while (b.readUInt32LE(end) !== 0x06054b50) end--;
  for (let n = b.readUInt16LE(end + 10), p = b.readUInt32LE(end + 16); n > 0; n--) {
    const name = b.readUInt16LE(p + 28);
    console.log(b.toString("utf8", p + 46, p + 46 + name));
    p += 46 + name + b.readUInt16LE(p + 30) + b.readUInt16LE(p + 32);
  }' "$1" | sort; }

common='[Content_Types].xml
extension.vsixmanifest
extension/LICENSE.txt
extension/changelog.md
extension/dist/extension.js
extension/media/configure.md
extension/media/fix.md
extension/media/icon.png
extension/media/screenshot.png
extension/package.json
extension/readme.md
extension/schemas/dbwise.schema.json'
diff <(printf '%s\n' "$common" extension/bin/dbwise | sort) <(list dist/dbwise-linux-x64.vsix)
diff <(printf '%s\n' "$common" | sort) <(list dist/dbwise.vsix)
echo "ok contents"

before=$(cd dist && sha256sum ./*.vsix)
./build.sh "$binary" >/dev/null
after=$(cd dist && sha256sum ./*.vsix)
diff <(echo "$before") <(echo "$after")
echo "ok reproducible"

diff schemas/dbwise.schema.json <("$binary" schema)
echo "ok schema"
