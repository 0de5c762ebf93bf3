import type { System } from "../system/system.ts";
import { trace } from "./messages.ts";

/** The same system, which tells each program before it runs it: for --verbose. */
export function traced(system: System): System {
  const told = <Rest extends unknown[], Result>(run: (argv: readonly string[], ...rest: Rest) => Result) =>
    ((argv, ...rest) => {
      trace(system, argv);
      return run(argv, ...rest);
    }) satisfies typeof run as typeof run;
  const own: Partial<System> = {
    run: told(system.run),
    attach: told(system.attach),
    become(words, options) {
      trace(system, [...system.self, ...words]);
      return system.become(words, options);
    },
    withEnv: (extra) => traced(system.withEnv(extra)),
  };
  return Object.assign(Object.create(system) as System, own);
}
