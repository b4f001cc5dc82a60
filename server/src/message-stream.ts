import { Transform, type TransformCallback } from "node:stream";

const endOfHeader = "\r\n\r\n";
const length = /Content-Length: *(\d+) *(?=\r\n)/gi;
/** In bytes: no text that an editor sends is as long, and no header. */
const longestBody = 256 * 1024 * 1024;
const longestHeader = 16 * 1024;

/**
 * Passes messages on, and nothing else. Whatever comes between them would make the reader lose its place for good: it
 * takes what follows for a part of it.
 */
export class MessageStream extends Transform {
  private waiting: Buffer = Buffer.alloc(0);
  /** How much of the message that is being passed on is still to come. */
  private left = 0;

  /** `lost` is told of whatever was passed over. */
  constructor(private readonly lost: () => void) {
    super();
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.waiting = this.waiting.length === 0 ? chunk : Buffer.concat([this.waiting, chunk]);
    while (this.waiting.length > 0 && (this.left > 0 ? this.passBody() : this.passHeader()));
    done();
  }

  private passBody(): boolean {
    const body = this.cut(Math.min(this.left, this.waiting.length));
    this.left -= body.length;
    this.push(body);
    return true;
  }

  /** Whether there was a whole header. */
  private passHeader(): boolean {
    const end = this.waiting.indexOf(endOfHeader);
    if (end < 0) {
      // What never ends is no header: keep only what may be the beginning of one.
      if (this.waiting.length > longestHeader) {
        this.waiting = this.waiting.subarray(-longestHeader / 2);
        this.lost();
      }
      return false;
    }
    const header = this.cut(end + endOfHeader.length).toString("latin1");
    const found = [...header.matchAll(length)].at(-1);
    if (found === undefined || Number(found[1]) > longestBody) {
      this.lost();
      return true;
    }
    if (
      !header
        .split("\r\n")
        .slice(0, -2)
        .every((line) => /^Content-[a-z]+:/i.test(line))
    )
      this.lost();
    this.left = Number(found[1]);
    this.push(`Content-Length: ${this.left}${endOfHeader}`);
    return true;
  }

  private cut(size: number): Buffer {
    const taken = this.waiting.subarray(0, size);
    this.waiting = this.waiting.subarray(size);
    return taken;
  }
}
