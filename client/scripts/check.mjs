// Types, lint and drift of what is generated, side by side; nothing is done when nothing changed since it passed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const stamp = path.join(root, 'node_modules/.checked');
const bin = (name) => path.join(root, 'node_modules/.bin', name);

const FOLDERS = ['apollo', 'app', 'components', 'e2e', 'gql', 'hooks', 'lib', 'scripts'];

function sources() {
  const top = readdirSync(root).filter((name) => /\.(ts|mjs|json)$/.test(name) && name !== 'next-env.d.ts');
  const nested = FOLDERS.filter((folder) => existsSync(path.join(root, folder))).flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name)),
  );
  return [...top.map((name) => path.join(root, name)), ...nested.sort(), path.join(root, '../backend/schema/schema.graphql')];
}

function stateOfSources() {
  const hash = createHash('sha256');
  for (const file of sources()) hash.update(path.relative(root, file)).update(readFileSync(file));
  return hash.digest('hex');
}

function run(name, ...given) {
  return new Promise((resolve) => {
    let said = '';
    const child = spawn(bin(name), given, { cwd: root });
    child.stdout.on('data', (text) => (said += text));
    child.stderr.on('data', (text) => (said += text));
    child.on('close', (code) => {
      if (code !== 0) console.error(`${name} found something:\n${said}`);
      resolve(code === 0);
    });
  });
}

const state = stateOfSources();
let known = '';
try {
  known = readFileSync(stamp, 'utf8');
} catch {
  // It never passed here.
}
if (known === state) {
  console.log('client: nothing changed since it was checked');
} else {
  const passed = await Promise.all([
    run('graphql-codegen', '--config', 'codegen.ts', '--check'),
    run('tsc', '--noEmit'),
    run('eslint', '--cache', '--cache-location', 'node_modules/.cache/eslint', '--max-warnings', '0', '.'),
  ]);
  if (passed.includes(false)) process.exit(1);
  writeFileSync(stamp, state);
  console.log('client: types, lint and generated files are well');
}
