import { Command, CommanderError } from 'commander';
import type { CheckOptions } from './commands/check.ts';
import type { ExplainOptions } from './commands/explain.ts';
import type { NotifyTestOptions } from './commands/notify-test.ts';
import type { PauseOptions, Where } from './commands/pause.ts';
import type { ReplayOptions } from './commands/replay.ts';
import type { ReportOptions } from './commands/report.ts';
import type { TestOptions } from './commands/test.ts';
import { StartFault } from './settle.ts';

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
      const { serveCommand } = await import('./commands/serve.ts');
      await serveCommand();
    });
  program
    .command('check')
    .description('report every fault of config, remediations and rules at once')
    .option('--rules <dir>', 'another folder of rules')
    .option('--remediations <dir>', 'another folder of remediations')
    .option('--json', 'print JSON')
    .action(async (options: CheckOptions) => {
      const { check } = await import('./commands/check.ts');
      code = await check(options);
    });

  program
    .command('test')
    .description('run the tests of the rules in memory, on a virtual clock')
    .argument('[dir]', 'another folder of rules with their tests')
    .option('--remediations <dir>', 'another folder of remediations')
    .option('--filter <text>', 'only tests with this in their name or file')
    .option('--json', 'print JSON')
    .action(async (dir: string | undefined, options: TestOptions) => {
      const { test } = await import('./commands/test.ts');
      code = await test(dir, options);
    });

  program
    .command('replay')
    .description('take recorded alerts through other rules, and say what would be decided otherwise')
    .option('--since <duration>', 'from so long ago', '30d')
    .option('--rules <dir>', 'the other folder of rules')
    .option('--config <file>', 'the other config')
    .option('--population <n>', 'of how many a percentage is taken', '100')
    .option('--fail-on <differences>', 'exit with 1 on one of these, separated by commas; or any')
    .option('--json', 'print JSON')
    .action(async (options: ReplayOptions) => {
      const { replayCommand } = await import('./commands/replay.ts');
      code = await replayCommand(options);
    });

  program
    .command('migrate')
    .description('bring the database schema up to date, and do nothing else')
    .action(async () => {
      const { migrateCommand } = await import('./commands/migrate.ts');
      await migrateCommand();
    });
  program
    .command('status')
    .description('what is open, paused, demoted and owed')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { status } = await import('./commands/status.ts');
      await status(options);
    });
  program
    .command('explain')
    .description('say what would become of a webhook, rule by rule and guardrail by guardrail')
    .argument('<payload>', 'a file with its body; - is standard input')
    .option('--source <name>', 'who sends it; guessed where it is left out')
    .option('--json', 'print JSON')
    .action(async (payload: string, options: ExplainOptions) => {
      const { explain } = await import('./commands/explain.ts');
      code = await explain(payload, options);
    });
  program
    .command('why')
    .description('say why an incident stands as it does, and what would have let it act')
    .argument('<incident>', 'its id')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      const { why } = await import('./commands/why.ts');
      code = await why(id, options);
    });
  program
    .command('report')
    .description('the report of an incident, as markdown')
    .argument('<incident>', 'its id')
    .option('--out <file>', 'into this file')
    .option('--json', 'print JSON: everything that is recorded, and the report')
    .action(async (id: string, options: ReportOptions) => {
      const { report } = await import('./commands/report.ts');
      code = await report(id, options);
    });
  program
    .command('pause')
    .description('stop remediation: everywhere, for a rule, or on a target')
    .option('--rule <name>', 'only this rule')
    .option('--target <kind:id>', 'only this target')
    .option('--for <duration>', 'until then, such as 2h; until resumed if left out')
    .requiredOption('--why <text>', 'the reason, for everybody to read')
    .option('--json', 'print JSON')
    .action(async (options: PauseOptions) => {
      const { pause } = await import('./commands/pause.ts');
      code = await pause(options);
    });
  program
    .command('resume')
    .description('lift a pause')
    .option('--rule <name>', 'that of this rule')
    .option('--target <kind:id>', 'that of this target')
    .option('--json', 'print JSON')
    .action(async (options: Where) => {
      const { resume } = await import('./commands/pause.ts');
      code = await resume(options);
    });
  program
    .command('promote')
    .description('let a rule act again that was demoted after a broken breaker')
    .argument('<rule>', 'its name')
    .requiredOption('--why <text>', 'the reason, for everybody to read')
    .action(async (rule: string, options: { why: string }) => {
      const { promote } = await import('./commands/promote.ts');
      code = await promote(rule, options);
    });
  program
    .command('ack')
    .description('take an incident over')
    .argument('<incident>', 'its id')
    .action(async (id: string) => {
      const { ack } = await import('./commands/ack.ts');
      code = await ack(id);
    });
  program
    .command('note')
    .description(
      'write words into the history of an incident; cause:, fix:, impact:, lesson:, todo: and post-mortem: have a place in its report',
    )
    .argument('<incident>', 'its id')
    .argument('<words...>', 'what is to be noted')
    .action(async (id: string, words: readonly string[]) => {
      const { note } = await import('./commands/note.ts');
      code = await note(id, words);
    });
  program
    .command('notify-test')
    .description('send one marked test message through a channel of the config')
    .argument('<channel>', 'slack, pagerduty, email, sms or statuspage')
    .option('--severity <severity>', 'whose rooms, services and numbers are tried; low if left out')
    .option('--json', 'print JSON')
    .action(async (channel: string, options: NotifyTestOptions) => {
      const { notifyTest } = await import('./commands/notify-test.ts');
      code = await notifyTest(channel, options);
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
