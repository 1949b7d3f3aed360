#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// What was compiled once is kept, so that a command at night answers a second sooner. Not in the folder for everybody's
// temporary files: what stands there could be anybody's. Where it cannot be written, nothing is kept.
enableCompileCache(join(homedir(), '.cache', 'remedyd'));

const { run } = await import('./main.ts');
process.exitCode = await run(process.argv.slice(2));
