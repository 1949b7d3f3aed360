import type { Tools } from '../../src/remediation/tools.ts';

/** Around every call: `before` may refuse it, `after` is told once it has done its work and may throw in its place. */
export interface Around {
  before(): void;
  after(): void;
}

/** The same tools with something around each of their calls. */
export function countedTools(tools: Tools, around: Around): Tools {
  return new Proxy(tools, {
    get(target, name) {
      if (name === 'api') return (api: string) => counted(target.api(api), around);
      const tool = target[name as keyof Tools] as object | undefined;
      if (tool === undefined) throw new Error(`This world has no tool '${String(name)}'`);
      return counted(tool, around);
    },
  });
}

function counted<T extends object>(tool: T, around: Around): T {
  return new Proxy(tool, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: readonly unknown[]) => {
        around.before();
        const result: unknown = await Reflect.apply(method, target, args);
        around.after();
        return result;
      };
    },
  });
}
