import { tellBackgroundStory } from "../support/background.ts";
import { minute, onEngine, usePodman } from "./stage.ts";

usePodman();

onEngine("podman", "background sessions outlive every terminal, and are attached, answered and stopped by their numbers", "[bottle]", tellBackgroundStory, 8 * minute); // prettier-ignore
