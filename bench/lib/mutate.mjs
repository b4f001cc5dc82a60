/** Programs that somebody is in the middle of writing: real files, changed at random, the same for the same seed. */

/** Numbers from 0 up to 1, the same for the same seed. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const token = /\s+|[\w$]+|"[^"\n]*"|'[^'\n]*'|./gs;
const words = [
  "await ",
  "async ",
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  ";",
  "return ",
  "=>",
  "?.",
  "\n",
  "`",
  "/*",
  "//",
  "\0",
  "finally {",
];

/** Each takes a text, another one, and random numbers; each gives a text. */
const changes = {
  cut: (text, _other, random) => text.slice(0, Math.floor(random() * text.length)),
  token(text, _other, random) {
    const tokens = text.match(token) ?? [];
    const at = Math.floor(random() * tokens.length);
    const word = words[Math.floor(random() * words.length)];
    return [...tokens.slice(0, at), word, ...tokens.slice(at + Math.floor(random() * 2))].join("");
  },
  lines(text, _other, random) {
    const lines = text.split("\n");
    const [from, to] = [0, 0].map(() => Math.floor(random() * lines.length));
    const [moved] = lines.splice(from, 1);
    lines.splice(to, 0, ...(random() < 0.5 ? [moved, moved] : random() < 0.5 ? [moved] : []));
    return lines.join("\n");
  },
  nest(text, _other, random) {
    const lines = text.split("\n");
    const [from, to] = [0, 0].map(() => Math.floor(random() * lines.length)).sort((a, b) => a - b);
    const frames = [
      ["try {", "} finally { }"],
      ["for (;;) {", "}"],
      ["setTimeout(async () => {", "});"],
      ["if (x) {", "}"],
    ];
    const [open, close] = frames[Math.floor(random() * frames.length)];
    return [...lines.slice(0, from), open, ...lines.slice(from, to), close, ...lines.slice(to)].join("\n");
  },
  splice(text, other, random) {
    const [here, there] = [text, other].map(({ length }) => Math.floor(random() * length));
    return text.slice(0, here) + other.slice(there, there + 2_000) + text.slice(here);
  },
};

/** A text with one to three changes. */
export function mutated(text, other, random) {
  const kinds = Object.values(changes);
  const times = 1 + Math.floor(random() * 3);
  let result = text;
  for (let time = 0; time < times; time++) result = kinds[Math.floor(random() * kinds.length)](result, other, random);
  return result;
}
