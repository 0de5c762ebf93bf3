// What a session that has the terminal itself does to it as its last act.
import { expect, test } from "bun:test";
import { Screen } from "../support/screen.ts";
import { Home, tool } from "../support/tool.ts";

/** A shell's script on a terminal, which starts a session by `session COMMAND...`. */
function shell(home: Home, script: string): Screen {
  const session = `session() { ${tool.map((word) => `'${word}'`).join(" ")} pty-resize x -- "$@"; }`;
  return new Screen(["bash", "-c", `${session}\n${script}`], { cwd: home.project, env: home.env });
}

const listen = `IFS= read -rsn 1 -t 1 heard; printf 'heard <%q>\\n' "$heard"`;

test.each([0, 1, 50, 200])("answers of a terminal that takes %p ms for them reach no shell", async (ms) => {
  using home = new Home();
  await using screen = shell(home, `session printf '\\033]52;c;?\\007\\033[6n\\033[c\\033]52;c;?\\007'; ${listen}`);
  screen.clipboard = "cnVuIG1l";
  screen.answersAfterMs = ms;
  await screen.until("heard <''>");
});

test("a terminal without a size is asked as well", async () => {
  using home = new Home();
  await using screen = shell(home, `stty rows 0 cols 0; session printf '\\033[6n'; ${listen}`);
  await screen.until("heard <''>");
  expect(screen.raw).toMatch(/\x1b\[9999;9999H\x1b\[6n\x1b\[\d+;\d+H/);
});

test("questions without end are not waited for without end", async () => {
  using home = new Home();
  const flood = `session sh -c 'for _ in $(seq 3000); do printf "\\033[6n\\033[c"; done'`;
  await using screen = shell(home, `${flood}; IFS= read -rsn 1 -t 1 heard; echo over`);
  await screen.until("over");
});

test("a terminal that answers nothing has its shell back", async () => {
  using home = new Home();
  const env = { ...home.env, TERM: "vt52" };
  const session = [...tool, "pty-resize", "x", "--", "echo", "said"];
  await using terminal = Bun.spawn(["sh", "-c", '"$@"; stty -a | grep -o " echo "; echo over', "sh", ...session], {
    cwd: home.project,
    env,
    terminal: { cols: 80, rows: 24, data: (_, bytes) => void (text += Buffer.from(bytes).toString()) },
  });
  let text = "";
  await terminal.exited;
  expect(text.replaceAll(/\x1b(?:[78]|\[[^a-zA-Z]*[a-zA-Z])/g, "")).toBe("said\r\n echo \r\nover\r\n");
});

test.skipIf(!Bun.which("perl"))("flags, exclusive use, a stopped output and the size are as they were", async () => {
  using home = new Home();
  const TIOCEXCL = 0x540c;
  const TIOCGEXCL = 0x80045440;
  const spoil = `use POSIX; use Fcntl; ioctl(STDIN, ${TIOCEXCL}, 0);
    fcntl(STDIN, F_SETFL, fcntl(STDIN, F_GETFL, 0) | O_APPEND | O_ASYNC | O_NONBLOCK);
    system("stty", "rows", "3", "cols", "7", "raw", "-echo"); POSIX::tcflow(1, POSIX::TCOOFF);`;
  const state = `{ stty -a; grep flags /proc/self/fdinfo/0; perl -e 'my $on = pack("i", 0); ioctl(STDIN, ${TIOCGEXCL}, $on); print unpack("i", $on), "\\n"'; }`;
  await using screen = shell(
    home,
    `${state} >before; session perl -e '${spoil}'; ${state} >after; cmp before after && echo same`,
  );
  await screen.until("same");
});
