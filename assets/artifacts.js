/* The files of a run on its page: the tree, and next to it the file that is named in the address. */
import { addresses, setAddress } from "./addresses.js";
import { artifactCalls } from "./artifact_calls.js";
import { artifactMedia } from "./artifact_media.js";
import { artifactPreview } from "./artifact_preview.js";
import { artifactTree } from "./artifact_tree.js";
import { register } from "./dash.js";
import { byId, textsOf } from "./elements.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";

/**
 * @typedef {(path: string, size?: number) => void} Choose
 * @typedef {import("./artifact_tree.js").ArtifactTree} Tree
 * @typedef {HTMLElement & { clewReach?: ((path: string) => Promise<void>) | null }} ArtifactsPlace
 */

const PLACE = ID.RUN_ARTIFACTS;
const IN_ADDRESS = "artifact";
const { make } = live;

/** Shows the files of a run once their section comes near the view, or at once where the address names a file.
 * @type {(run: string) => string} */
function open(run) {
  const place = /** @type {ArtifactsPlace | null} */ (document.getElementById(PLACE));
  if (!place || place.dataset.run === run) return run;
  place.dataset.run = run;
  place.clewReach = null;
  const named = addresses.query().get(IN_ADDRESS);
  const texts = textsOf(place);
  place.replaceChildren(make("h2", { class: "h5 mt-3" }, texts.title));
  artifactMedia.compare({ runs: [run] });
  if (named) begin(place, run, texts, named);
  else near(place, () => begin(place, run, texts, null));
  return run;
}

/** @type {(place: HTMLElement, happens: () => void) => void} */
function near(place, happens) {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      if (place.isConnected) happens();
    },
    { rootMargin: "400px" }
  );
  observer.observe(place);
}

/** @type {(place: ArtifactsPlace, run: string, texts: ArtifactTexts, named: string | null) => Promise<void>} */
async function begin(place, run, texts, named) {
  const side = make("div");
  const head = make("div", { class: "artifact-head" });
  const body = make("div", { class: "artifact-body" }, make("p", { class: "text-body-secondary mb-0" }, texts.choose));
  const shown = make("div", { class: "artifact-shown" }, head, body);
  if (place.querySelector(".artifact-parts")) return;
  place.append(make("div", { class: "artifact-parts" }, side, shown));
  /** @type {Choose} */
  const choose = (path, size) => show({ head, body, run, texts }, path, size);
  place.clewReach = (path) => reach(place, tree, choose, path);
  const tree = artifactTree(side, run, texts, (path, size) => {
    setAddress((query) => query.set(IN_ADDRESS, path), "replaceState");
    choose(path, size);
  });
  await tree.read("");
  if (named && place.isConnected) await reach(place, tree, choose, named);
}

/** @type {(place: ArtifactsPlace, tree: Tree, choose: Choose, path: string) => Promise<void>} */
async function reach(place, tree, choose, path) {
  choose(path, (await tree.reveal(path))?.size);
  place.scrollIntoView({ block: "start" });
}

/** Shows a file of the page's run, as a click on it does; the tree may have to be loaded first.
 * @type {(path: string) => Promise<void>} */
async function chosen(path) {
  const place = /** @type {ArtifactsPlace} */ (byId(PLACE));
  setAddress((query) => query.set(IN_ADDRESS, path), "replaceState");
  if (place.clewReach) return place.clewReach(path);
  return begin(place, place.dataset.run ?? "", textsOf(place), path);
}

/** @type {(parts: { head: HTMLElement, body: HTMLElement, run: string, texts: ArtifactTexts }, path: string, size: number | undefined) => void} */
function show({ head, body, run, texts }, path, size) {
  const status = make("span", { class: "small text-body-secondary", role: "status" });
  const copy = make("button", { type: "button", class: "btn btn-sm btn-outline-secondary" }, texts.copy_link);
  copy.onclick = () =>
    addresses.copyLink().then(
      () => live.write(status, texts.copied),
      () => live.write(status, texts.not_copied)
    );
  const save = make("a", { class: "btn btn-sm btn-outline-primary", href: artifactCalls.address(run, path, "save"), download: "" }, texts.download);
  head.replaceChildren(
    make("h3", { class: "h6 mb-0 artifact-path" }, make("bdi", {}, path)),
    make("span", { class: "text-body-secondary small" }, artifactCalls.size(size)),
    make("span", { class: "artifact-ways" }, save, copy),
    status
  );
  artifactPreview.show(body, { run, path }, texts);
}

export const artifacts = Object.freeze({ choose: chosen });
register("artifacts", { open });
