/* The runs that the list's filter leaves, as columns of numbers: asked of the server, and decoded. */
const prefix = () => document.documentElement.dataset.prefix;

/** base64 of little-endian numbers as a typed array. */
function decoded(text, Kind) {
  const raw = window.atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return new Kind(bytes.buffer);
}

/** A column whose `values` are numbers with NaN for what is missing; those of a text column count its `categories`. */
function asColumn(told) {
  const values = told.kind === "text" ? Float64Array.from(decoded(told.values, Int32Array), (code) => (code < 0 ? NaN : code)) : decoded(told.values, Float64Array);
  return { ...told, values };
}

async function answered(request) {
  const answer = await request;
  const told = await answer.json().catch(() => null);
  if (answer.ok && told) return told;
  throw new Error((told && (told.message || told.error)) || `HTTP ${answer.status}`);
}

const spoken = () => `lang=${encodeURIComponent(document.documentElement.lang || "en")}`;

/** The columns `refs` of the runs that `query`, the list's, leaves: `{left, total, drawn, ids, names, columns: Map}`. */
async function askColumns(query, refs, signal) {
  const body = JSON.stringify({ ...query, columns: refs });
  const told = await answered(
    window.fetch(`${prefix()}runs/relations?${spoken()}`, { method: "POST", headers: { "Content-Type": "application/json" }, body, signal })
  );
  return { ...told, columns: new Map(told.columns.map((column) => [column.ref, asColumn(column)])) };
}

/** What can be an axis: `[{ref, name, runs}]`, built-in columns first. */
async function askAxes(texts) {
  const told = await answered(window.fetch(`${prefix()}runs/columns?${spoken()}`));
  const known = told.built_in.filter(({ id }) => !NO_AXES.includes(id)).map(({ id, name }) => ({ ref: id, name, runs: null }));
  const keyed = told.groups.flatMap(({ kind, keys }) => {
    const kinds = kind === "metric" ? ["metric", "least", "greatest"] : [kind];
    return kinds.flatMap((each) => keys.map(([key, runs]) => ({ ref: `${each}:${key}`, name: keyName(each, key, texts), runs })));
  });
  return [...known, ...keyed];
}

// Of these no two runs share a value that means anything on an axis, or they are texts for people.
const NO_AXES = ["run_id", "nested", "remarks", "sample", "marks", "diverged"];

/** Those axes that are known without asking. */
const builtIn = (texts) => Object.entries(texts.built_in).filter(([id]) => !NO_AXES.includes(id)).map(([id, name]) => ({ ref: id, name, runs: null }));

const keyName = (kind, key, texts) => (texts[`kind_${kind}`] || "{key}").split("{key}").join(key);

/** What a reader calls the column of a ref. */
function nameOf(ref, texts) {
  const at = ref.indexOf(":");
  return at < 0 ? texts.built_in[ref] || ref : keyName(ref.slice(0, at), ref.slice(at + 1), texts);
}

export const relationsData = Object.freeze({ askAxes, askColumns, builtIn, nameOf });
