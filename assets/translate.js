/* Messages in the reader's language, as components/texts/translate.py makes them: a template by its code, filled. */
(function () {
  "use strict";

  /** The sentence of `{code, params}`, of another program's `{text}`, or of a plain value; `templates` are by code.
      A code without a template here (of a service that is newer than the page) shows `english`, where that is given. */
  function translate(value, templates, english) {
    if (value === null || value === undefined) return english || "";
    if (Array.isArray(value)) return value.map((one) => translate(one, templates)).join(", ");
    if (typeof value !== "object") return String(value);
    if (!value.code) return value.text || english || "";
    if (!Object.hasOwn(templates, value.code) && english) return english;
    const template = Object.hasOwn(templates, value.code) ? templates[value.code] : value.code;
    const params = value.params || {};
    const sentence = template.replace(/\{(\w+)\}/g, (slot, name, at) => {
      if (!Object.hasOwn(params, name)) return slot;
      const value = translate(params[name], templates);
      // A sentence within ours ends without its full stop where ours goes on.
      return at + slot.length === template.length ? value : value.replace(/[.。]+$/, "");
    });
    return Object.hasOwn(params, "service") ? `${translate(params.service, templates)}: ${sentence}` : sentence;
  }

  /** What is wrong and what to do about it, as the services say it: codes beside their English. */
  function troubleOf({ error, code, params, remedy, remedy_code }, templates) {
    const said = [translate({ code, params }, templates, error), translate({ code: remedy_code }, templates, remedy)];
    return said.filter(Boolean).join(" ");
  }

  window.clew = Object.assign(window.clew || {}, { translate, troubleOf });
})();
