/* The colours of numbers in the relations, as clew.css has them for light and dark: WCAG 2.2, 1.4.11. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import "./page.js";
import { relationsColours } from "../../assets/relations_colours.js";
import { OPACITY } from "../../assets/relations_points.js";

const css = readFileSync(new URL("../../assets/clew.css", import.meta.url), "utf8");
const hexOf = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
const blockOf = (selector) => css.slice(css.indexOf(`${selector} {`)).split("}")[0];
const tokenOf = (selector, name) => blockOf(selector).match(new RegExp(`${name}: ([^;]+);`))?.[1];

/** Returns the relative luminance of a colour, 0 to 1, as WCAG defines it. */
function luminance(rgb) {
  const [red, green, blue] = rgb.map((value) => (value <= 10.31475 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Returns the ramp's own colours, and those of 64 runs with the values 0 to 63. */
function coloursOf(selector) {
  const token = tokenOf(selector, "--ramp");
  document.documentElement.style.setProperty("--ramp", token);
  const values = Float64Array.from({ length: 64 }, (_, n) => n);
  const { of } = relationsColours.colours({ ref: "seed", kind: "number", values, categories: [] }, false);
  return { stops: token.split(", ").map(hexOf), drawn: Array.from(values, (_, n) => of(n).match(/\d+/g).map(Number)) };
}

for (const [scheme, selector, paper] of [["light", ":root", "#ffffff"], ["dark", '[data-bs-theme="dark"]', tokenOf('[data-bs-theme="dark"]', "--bs-body-bg")]]) {
  test(`a point, and each step of the ramp, has a contrast of 3 on a ${scheme} plot, also where it is not opaque`, () => {
    const { stops, drawn } = coloursOf(selector);
    for (const colour of [hexOf(tokenOf(selector, "--point")), ...stops, ...drawn]) {
      const point = colour.map((value, i) => value * OPACITY + hexOf(paper)[i] * (1 - OPACITY));
      assert.ok(Math.min(contrast(colour, hexOf(paper)), contrast(point, hexOf(paper))) >= 3, `rgb ${colour}`);
    }
  });

  test(`a higher value is lighter in ${scheme}, so that the order shows without hues`, () => {
    const { stops, drawn } = coloursOf(selector);
    for (const colours of [stops, [...new Map(drawn.map((colour) => [String(colour), colour])).values()]]) {
      const rising = colours.map(luminance);
      for (let n = 1; n < rising.length; n += 1) assert.ok(rising[n] > rising[n - 1], `step ${n}`);
    }
    assert.ok(new Set(drawn.map(String)).size > 48);
  });
}
