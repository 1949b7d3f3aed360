import type { z } from 'zod';
import { Secret } from '../../src/config/secret.ts';
import { type Clock, systemClock } from '../../src/domain/time.ts';
import type { Toolbox, ToolCall, Tools } from '../../src/remediation/tools.ts';
import { toolsSchema } from '../../src/tools/config.ts';
import { createToolbox } from '../../src/tools/toolbox.ts';

/** Real tools as one step gets them, with what they wrote down. */
export interface OpenToolbox extends AsyncDisposable {
  readonly toolbox: Toolbox;
  readonly tools: Tools;
  readonly calls: readonly ToolCall[];
  /** Cuts the step off. */
  abort(reason: Error): void;
}

export function openToolbox(config: z.input<typeof toolsSchema>, clock: Clock = systemClock): OpenToolbox {
  const toolbox = createToolbox(toolsSchema.parse(config), clock);
  const calls: ToolCall[] = [];
  const step = new AbortController();
  const tools = toolbox.open({ signal: step.signal, record: (call) => calls.push(call) });
  return {
    toolbox,
    tools,
    calls,
    abort: (reason) => step.abort(reason),
    [Symbol.asyncDispose]: () => toolbox.close(),
  };
}

/** A secret as the loader makes it. */
export function secretOf(value: string): Secret {
  return new Secret(value, 'a test');
}
