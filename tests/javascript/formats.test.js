import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { age, known, localTime } from "../../assets/clew.js";
import { gpuNumbers } from "../../assets/gpu_numbers.js";
import { relationsScales } from "../../assets/relations_scales.js";
import { translate } from "../../assets/translate.js";

const NOW = 1_700_000_000_000;
const EMPTY = { utilization: null, memory_used: null, memory_total: null, temperature: null, power: null, sm_clock: null, fan: null, ecc_errors: null };
const { METRICS, FACTS } = gpuNumbers;

afterEach(() => {
  document.documentElement.lang = "en";
});

test("an age is in the greatest unit that fits, in the reader's language, and never in the future", () => {
  const ago = (seconds) => age(NOW - seconds * 1000, NOW);
  assert.equal(ago(5), "5 sec. ago");
  assert.equal(ago(3 * 60 + 59), "3 min. ago");
  assert.equal(ago(49 * 3600), "2 days ago");
  assert.equal(ago(-30), "0 sec. ago");
  assert.equal(age(null), "–");
  document.documentElement.lang = "ja";
  assert.equal(ago(3 * 60), "3 分前");
});

test("a moment sorts as text in order of time", () => {
  const early = localTime(new Date(2026, 0, 2, 3, 4, 5).getTime());
  assert.equal(early, "2026-01-02 03:04:05");
  assert.ok(early < localTime(new Date(2026, 9, 1).getTime()));
  assert.equal(localTime(null), undefined);
});

test("a row loses its missing values, which DataTable would take for 0", () => {
  assert.deepEqual(known({ a: 0, b: null, c: "", d: { e: 1 } }), { a: 0, c: "" });
});

test("an unknown number of a GPU is a dash", () => {
  for (const { text, share, heat, cell } of Object.values(METRICS)) {
    assert.match(text(EMPTY), /^–/);
    assert.deepEqual([share(EMPTY), heat(EMPTY), cell(EMPTY)], [null, null, "–"]);
  }
  for (const fact of Object.values(FACTS)) assert.equal(fact(EMPTY), "–");
});

test("numbers of a GPU have units, and limits where these are known", () => {
  const gpu = { ...EMPTY, utilization: 0, memory_used: 1536, memory_total: 81920, temperature: 64.4, power: 299.6, power_limit: 700, ecc_errors: 0, pcie_rx: 2048, pcie_tx: 1024 };
  assert.equal(METRICS.utilization.text(gpu), "0 %");
  assert.equal(METRICS.memory.text(gpu), "1.5 / 80.0 GiB");
  assert.equal(METRICS.temperature.text(gpu), "64 °C");
  assert.equal(METRICS.power.text(gpu), "300 / 700 W");
  assert.equal(FACTS.ecc(gpu), "0");
  assert.equal(FACTS.pcie(gpu), "2 / 1 MiB/s");
  assert.equal(METRICS.power.share({ ...gpu, power: 9000 }), 100);
});

test("a table of another page formats a GPU's numbers the same way", () => {
  const place = document.createElement("div");
  const cells = { utilization: { utilization: 45 }, memory: { memory_used: 512, memory_total: null }, temperature: { temperature: null }, process_memory: { memory_used: 1024 } };
  for (const [of, numbers] of Object.entries(cells)) {
    const cell = document.createElement("span");
    Object.assign(cell.dataset, { gpuReading: of, numbers: JSON.stringify(numbers) });
    place.append(cell);
  }
  gpuNumbers.writeReadings(place);
  assert.deepEqual([...place.children].map((cell) => cell.textContent), ["45 %", "0.5 / – GiB", "–", "1.0 GiB"]);
});

test("colours have nine steps, and the last one includes the upper end", () => {
  const step = (utilization) => gpuNumbers.step({ ...EMPTY, utilization }, "utilization");
  assert.deepEqual([0, 11, 12, 99, 100].map(step), [0, 0, 1, 8, 8]);
  assert.equal(step(null), null);
});

test("a number next to an axis has four significant digits", () => {
  assert.deepEqual([0, 1234.5678, 0.5, 1e6, 2.5e-7, -1500000].map(relationsScales.numberText), ["0", "1,235", "0.5", "1e6", "2.5e-7", "-1.5e6"]);
});

test("a message is its template with the parameters filled in, whatever they contain", () => {
  const templates = { outer: "{name}: {why}!", inner: "too {n}." };
  assert.equal(translate({ code: "outer", params: { name: "a", why: { code: "inner", params: { n: 5 } } } }, templates), "a: too 5!");
  assert.equal(translate({ code: "outer", params: { name: "{why}", why: "$&" } }, templates), "{why}: $&!");
  assert.equal(translate({ code: "newer", params: {} }, templates, "English"), "English");
  assert.equal(translate({ code: "constructor", params: {} }, templates), "constructor");
});
