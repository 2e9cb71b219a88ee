/* Shows any environment but the maze on the inference page: its frames, and next to them what the policy thinks. */
import { thoughts } from "./inference_thoughts.js";
import { live } from "./live_text.js";
import { translate } from "./translate.js";

/** Makes what draws an episode's steps into `place`; replaces what was there.
 *
 * @param {HTMLElement} place
 * @param {import("./inference_messages.js").Environment} shown as the engine's first message has it
 * @param {import("./inference_messages.js").WatchedStep} step
 * @param {InferenceTexts} texts
 */
function stage(place, shown, step, texts) {
  const { make } = live;
  const alt = texts.picture.replace("{env}", shown.env_id).replace("{seed}", String(step.seed));
  const former = place.querySelector("img"); // stays until there is another: an empty place would jump
  const picture = former || make("img", { decoding: "sync", class: "watched-frame" });
  picture.alt = alt;
  const why = shown.undrawable ? translate(shown.undrawable, texts.templates) : "";
  const none = make("p", { class: "text-body-secondary watched-none" }, `${texts.no_picture.replace("{env}", shown.env_id)} ${why}`.trim());
  const beside = thoughts(shown, texts);
  place.replaceChildren(shown.can_render ? picture : none, beside.element);

  /** @param {import("./inference_messages.js").WatchedStep | import("./inference_messages.js").PassedStep} step */
  function at(step) {
    if ("frame" in step && step.frame) {
      picture.width = step.frame.width;
      picture.height = step.frame.height;
      picture.src = `data:image/webp;base64,${step.frame.webp}`;
    }
    if ("running" in step) beside.at(step);
  }

  return { at, nameOf: beside.nameOf };
}

export { stage as frameStage };
