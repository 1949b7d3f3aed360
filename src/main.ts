import { Command, CommanderError } from 'commander';
import { check } from './commands/check.ts';
import { serveCommand } from './commands/serve.ts';
import { StartFault } from './serve.ts';

/** Exit codes: 0 all is well, 1 faults were found, 2 wrong use. */
type ExitCode = 0 | 1 | 2;

/** The command line. Answers with the exit code; prints its errors itself. */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = new Command('remedyd')
    .description('Heals production before a person is woken.')
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text) });

  program
    .command('serve')
    .description('run the service')
    .action(async () => {
      await serveCommand();
    });
  program
    .command('check')
    .description('report every fault of config, remediations and rules at once')
    .option('--rules <dir>', 'another folder of rules')
    .option('--json', 'print JSON')
    .action(async (options: { rules?: string; json?: boolean }) => {
      code = await check(options);
    });

  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const text =
      error instanceof StartFault
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    process.stderr.write(`${text}\n`);
    return 1;
  }
}
