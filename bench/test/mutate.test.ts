import { expect, test } from "vitest";
import { mutated, randomFrom } from "../lib/mutate.mjs";

const text = "export async function send(socket) {\n  await socket.send(1);\n}\n";
const other = "const client = await pool.connect();\nclient.release();\n";
const mutants = (seed: number) => {
  const random = randomFrom(seed);
  return Array.from({ length: 100 }, () => mutated(text, other, random) as string);
};

test("the same seed makes the same files, another one others", () => {
  expect(mutants(7)).toEqual(mutants(7));
  expect(mutants(7)).not.toEqual(mutants(8));
});

test("nearly every file is another one than before", () => {
  const made = mutants(1);
  expect(new Set(made).size).toBeGreaterThan(80);
  expect(made.filter((mutant) => mutant === text).length).toBeLessThan(10);
});

test("random numbers are spread over the whole range", () => {
  const random = randomFrom(1);
  const tenths = new Set(Array.from({ length: 200 }, () => Math.floor(random() * 10)));
  expect([...tenths].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
