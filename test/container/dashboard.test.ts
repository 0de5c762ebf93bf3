import { tellDashboardStory } from "../support/dashboard-story.ts";
import { minute, onEngine, usePodman } from "./stage.ts";

usePodman();

onEngine("podman", "the dashboard outside tmux, key by key, with the real Claude Code", "[bottle]", tellDashboardStory, 10 * minute); // prettier-ignore
