/* Any environment but the maze on the inference page: its frames, and beside them what the policy thinks. */
import { thoughts } from "./inference_thoughts.js";
import { live } from "./live_text.js";
import { translate } from "./translate.js";

/** Draws into `place` what comes of an episode, in the room of whatever was there. `shown` is the environment, as the
    engine's first message has it. */
function stage(place, shown, step, texts) {
  const { make } = live;
  const alt = texts.picture.replace("{env}", shown.env_id).replace("{seed}", step.seed);
  const former = place.querySelector("img"); // stays until there is another: an empty place would jump
  const picture = former || make("img", { decoding: "sync", class: "watched-frame" });
  picture.alt = alt;
  const why = shown.undrawable ? translate(shown.undrawable, texts.templates) : "";
  const none = make("p", { class: "text-body-secondary watched-none" }, `${texts.no_picture.replace("{env}", shown.env_id)} ${why}`.trim());
  const beside = thoughts(shown, texts);
  place.replaceChildren(shown.can_render ? picture : none, beside.element);

  function at(step) {
    if (step.frame) {
      picture.width = step.frame.width;
      picture.height = step.frame.height;
      picture.src = `data:image/webp;base64,${step.frame.webp}`;
    }
    if ("running" in step) beside.at(step);
  }

  return { at, nameOf: beside.nameOf };
}

export { stage as frameStage };
