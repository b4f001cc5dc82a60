/** The look of the timeline: all colours are the theme's, and none of them says anything that a shape does not say too. */
export const style = `
  body { padding: 8px 14px; color: var(--vscode-foreground); font: var(--vscode-font-size) var(--vscode-font-family); }
  h1 { font-size: 1em; font-weight: 600; margin: 0 0 2px; }
  .contract { margin: 0 0 8px; color: var(--vscode-descriptionForeground); font-size: 0.85em; }
  code { font-family: var(--vscode-editor-font-family); font-size: 0.95em; background: none; padding: 0; color: var(--vscode-textPreformat-foreground); }
  button { all: unset; cursor: pointer; }
  button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; }
  .rule { color: var(--vscode-textLink-foreground); text-decoration: underline; }
  .rule:focus-visible { outline-offset: 2px; }
  .definitions { position: absolute; width: 0; height: 0; }
  .paths { display: flex; color: var(--vscode-descriptionForeground); font-size: 0.85em; }
  .paths span { width: 68px; text-align: center; white-space: nowrap; }
  .paths span + span { width: 88px; }
  .paths span:last-child { text-align: left; }
  ol { list-style: none; margin: 0; padding: 0; }
  li { display: flex; }
  .gutter { flex: none; position: relative; width: 146px; min-height: 44px; }
  .gutter svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; stroke-width: 2; fill: none; }
  .go { box-sizing: border-box; flex: 1; min-width: 0; padding: 9px 8px 7px; border-radius: 4px; overflow-wrap: anywhere; }
  .go:hover { background: var(--vscode-list-hoverBackground); outline: 1px dashed var(--vscode-contrastActiveBorder); outline-offset: -1px; }
  .go[aria-current] { box-shadow: inset 3px 0 var(--vscode-foreground); }
  .go .where { color: var(--vscode-descriptionForeground); font-size: 0.85em; }
  .go > code { display: block; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
  .bar { stroke: none; }
  .hatch { stroke-width: 2; }
  .first, .pending, .hatch { stroke: var(--vscode-charts-blue, currentColor); }
  .second { stroke: var(--vscode-charts-yellow, currentColor); stroke-dasharray: 5 3; }
  .step { fill: var(--vscode-panel-background, var(--vscode-editor-background)); stroke-dasharray: none; }
  .cross { stroke: var(--vscode-editorError-foreground, currentColor); stroke-width: 3.5; }
  .after { stroke: var(--vscode-foreground); }
  text { fill: var(--vscode-foreground); font-size: 11px; }
  .number { text-anchor: middle; }
  .label { fill: var(--vscode-descriptionForeground); font-size: 10px; }
`;
