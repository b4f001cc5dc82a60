/** The elements of a list by key, in the order in which the keys come up. */
export function groupBy(list, keyOf) {
  const groups = new Map();
  for (const element of list) {
    const key = keyOf(element);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(element);
  }
  return groups;
}

/** Does the work for each element, so many at a time; the results are in the order of the elements. */
export async function inParallel(list, jobs, work) {
  const results = [];
  const queue = list.entries();
  const lane = async () => {
    for (const [index, element] of queue) results[index] = await work(element);
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  return results;
}
