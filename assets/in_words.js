/* What went wrong, in the reader's language, by the rules of components/texts/in_words.py: for what comes over a socket. */
(function () {
  "use strict";
  const LONGEST = 2000; // of what is longer, most is another program's
  const SLOT = /\{(\w+)\}/;
  const compiled = new WeakMap(); // by the texts that a page was given
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  function patterns(sentences) {
    if (!compiled.has(sentences)) {
      const own = (template) => template.split(SLOT).filter((_part, i) => i % 2 === 0).join("").length;
      const slotted = Object.keys(sentences).filter((template) => SLOT.test(template)).sort((a, b) => own(b) - own(a) || (a < b ? -1 : 1));
      compiled.set(sentences, slotted.map((template) => {
        const parts = template.split(SLOT).map((part, i) => (i % 2 ? `(?<${part}>.+?)` : escaped(part)));
        return [template, new RegExp(`^${parts.join("")}$`, "s")];
      }));
    }
    return compiled.get(sentences);
  }

  /** A sentence of ours; its parts before one that begins with a value, which would take in whatever there is. */
  function known(text, sentences) {
    if (!SLOT.test(text) && Object.hasOwn(sentences, text)) return sentences[text];
    return matched(text, sentences, false) || inParts(text, sentences) || matched(text, sentences, true);
  }

  function matched(text, sentences, open) {
    for (const [template, pattern] of patterns(sentences)) {
      const found = template.startsWith("{") === open && text.match(pattern);
      if (found) return sentences[template].replace(/\{(\w+)\}/g, (_all, name) => inWords(found.groups[name], sentences));
    }
    return null;
  }

  function inParts(text, sentences) {
    const whole = text.endsWith(".") && known(text.slice(0, -1), sentences);
    if (whole) return `${whole.replace(/。$/, "")}。`;
    const colon = text.indexOf(": ");
    const rest = colon < 0 ? null : known(text.slice(colon + 2), sentences);
    return rest && `${inWords(text.slice(0, colon), sentences)}: ${rest}`;
  }

  /** `sentences` are the templates by what they are in the reader's language; none where that is English. */
  function inWords(text, sentences) {
    if (!text || text.length > LONGEST || !Object.keys(sentences).length) return text || "";
    return known(text, sentences) || text;
  }

  window.clew = Object.assign(window.clew || {}, { inWords });
})();
