/** Remembers what was found out, and notices questions that lead back to themselves. */

/** A key that is asked about, with the question. */
type Answers<T> = Map<object, Map<string, T>>;

/** So many questions inside each other; deeper ones are given up. */
const deepest = 120;
/** So many answers are found out and not remembered; after that, circles cost precision instead of time. */
const mostForgotten = 5000;

export class Recall {
  readonly #answers: Answers<unknown> = new Map();
  readonly #open: Answers<number> = new Map();
  #depth = 0;
  /** The outermost open question that the present one led back to. */
  #reached = Infinity;
  #forgotten = 0;

  clear(): void {
    this.#answers.clear();
    this.#forgotten = 0;
  }

  /**
   * The answer to a question about a key, computed once. A question that leads back to itself has no answer there; what
   * was found out on such a way is not remembered before the question where the circle closes is done.
   */
  once<T>(question: string, key: object, compute: () => T | undefined): T | undefined {
    const answered = this.#answers.get(key);
    if (answered?.has(question)) return answered.get(question) as T | undefined;
    const open = this.#open.get(key)?.get(question);
    if (open !== undefined || this.#depth >= deepest) {
      this.#reached = Math.min(this.#reached, open ?? 0);
      return undefined;
    }
    const before = this.#reached;
    const depth = this.#depth++;
    this.#reached = Infinity;
    put(this.#open, key, question, depth);
    try {
      const answer = compute();
      const isFinal = this.#reached >= depth;
      if (isFinal || this.#forgotten++ > mostForgotten) put(this.#answers, key, question, answer);
      this.#reached = isFinal ? before : Math.min(before, this.#reached);
      return answer;
    } finally {
      this.#open.get(key)?.delete(question);
      this.#depth--;
    }
  }

  /** The same for a question with a list for an answer. */
  collect<T>(question: string, key: object, compute: () => T[]): T[] {
    return this.once(question, key, compute) ?? [];
  }
}

function put<T>(answers: Answers<T>, key: object, question: string, answer: T): void {
  const of = answers.get(key);
  if (of) of.set(question, answer);
  else answers.set(key, new Map([[question, answer]]));
}
