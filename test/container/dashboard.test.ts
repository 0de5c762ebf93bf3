// By hand, CLAUDE_BOTTLE_PODMAN_DASHBOARD=1: the story that test/pty/dashboard-claude.test.ts tells in bubblewrap takes minutes here.
import { test } from "bun:test";
import { tellDashboardStory } from "../support/dashboard-story.ts";
import { minute, onEngine, usePodman } from "./stage.ts";

const isAsked = process.env.CLAUDE_BOTTLE_PODMAN_DASHBOARD === "1";
const title = "the dashboard outside tmux, key by key, with the real Claude Code";

if (isAsked) {
  usePodman();
  onEngine("podman", title, "[bottle]", tellDashboardStory, 10 * minute);
} else {
  console.log("the dashboard on podman is skipped: CLAUDE_BOTTLE_PODMAN_DASHBOARD is not 1");
  test.skip(title, () => {});
}
