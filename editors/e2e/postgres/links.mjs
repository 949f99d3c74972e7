// links.mjs PACKAGE...: makes the symbolic links that a package lists, which npm
// itself cannot carry, and lets its programs be run.
import { chmodSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

for (const dir of process.argv.slice(2)) {
  for (const { source, target } of JSON.parse(readFileSync(join(dir, 'native/pg-symlinks.json'), 'utf8'))) {
    rmSync(join(dir, target), { force: true });
    symlinkSync(relative(dirname(target), source), join(dir, target));
  }
  for (const program of readdirSync(join(dir, 'native/bin'))) chmodSync(join(dir, 'native/bin', program), 0o755);
}
