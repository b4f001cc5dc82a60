/** What the editor tests need. */
export interface Installation {
  /** The Node.js that runs the server. */
  node: string;
  /** The script that starts the server. */
  server: string;
  chromium: string;
}

/** Installs what is missing. Gives nothing, after one line that says why, if the tests cannot run here. */
export function installed(): Installation | undefined;
