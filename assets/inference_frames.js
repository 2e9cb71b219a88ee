/* Any environment but the maze on the inference page: its frames, and beside them what the policy thinks. */
(function () {
  "use strict";

  /** Draws into `place` what comes of an episode, in the room of whatever was there. `shown` is the environment, as the
      engine's first message has it. */
  function stage(place, shown, step, texts) {
    const { make } = window.clew.live;
    const alt = texts.picture.replace("{env}", shown.env_id).replace("{seed}", step.seed);
    const former = place.querySelector("img"); // stays until there is another: an empty place would jump
    const picture = former || make("img", { decoding: "sync", class: "watched-frame" });
    picture.alt = alt;
    const why = shown.undrawable ? window.clew.translate(shown.undrawable, texts.templates) : "";
    const none = make("p", { class: "text-body-secondary watched-none" }, `${texts.no_picture.replace("{env}", shown.env_id)} ${why}`.trim());
    const thoughts = window.clew.thoughts(shown, texts);
    place.replaceChildren(shown.can_render ? picture : none, thoughts.element);

    function at(step) {
      if (step.frame) {
        picture.width = step.frame.width;
        picture.height = step.frame.height;
        picture.src = `data:image/webp;base64,${step.frame.webp}`;
      }
      if ("running" in step) thoughts.at(step);
    }

    return { at, nameOf: thoughts.nameOf };
  }

  window.clew = Object.assign(window.clew || {}, { frameStage: stage });
})();
