// Writes into the build which sources it was made of and which files it has, so that a test can tell
// without building whether it is the sources' own. internal/playground/seal_test.go reads it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, '../../internal/playground/dist');
const sources = ['index.html', 'package.json', 'package-lock.json', 'svelte.config.js', 'tsconfig.json', 'vite.config.ts', 'public', 'scripts', 'src'];

// files lists the files of a folder, or a file itself.
function files(path) {
  try {
    return readdirSync(path, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (err) {
    if (err.code === 'ENOTDIR') return [path];
    throw err;
  }
}

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
const name = (folder, file) => relative(folder, file).split(sep).join('/');

// sum is the hash of a list: a line for each file in the order of the names' bytes, of its name and
// its own hash.
function sum(folder, all) {
  const lines = all.map((file) => `${name(folder, file)} ${hash(readFileSync(file))}\n`);
  return hash(lines.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).join(''));
}

const built = files(dist).filter((file) => name(dist, file) !== 'seal.txt');
writeFileSync(
  join(dist, 'seal.txt'),
  `sources ${sum(root, sources.flatMap((path) => files(join(root, path))))}\nbuild ${sum(dist, built)}\n`,
);
