// The report's style sheet: light and dark, and one column on a phone.
export const style = `
:root { color-scheme: light dark; --page: #fff; --card: #f5f7fa; --line: #d5dbe3; --ink: #1b2430; --soft: #586474;
  --teacher: #2563b0; --student: #c2470c; --good: #1a7a3c; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --page: #11151b; --card: #1a2028; --line: #323c49; --ink: #e7ebf0;
  --soft: #a2aebc; --teacher: #6db1f7; --student: #ff9a52; --good: #62cf8a; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1rem; max-width: 66rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { margin: 0.25rem 0 0.75rem; font-size: clamp(1.5rem, 4vw, 2.25rem); line-height: 1.2; text-wrap: balance; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.25rem; }
h3 { margin: 0; font-size: 1rem; }
p { margin: 0.5rem 0; max-width: 46rem; }
.soft, footer { color: var(--soft); font-size: 0.9rem; }
.good { color: var(--good); } .bad { color: var(--bad); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1rem; }
.columns.three { grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); }
.card, figure { margin: 0; padding: clamp(0.5rem, 3vw, 1rem); border-radius: 0.5rem; background: var(--card); }
.card p { color: var(--soft); font-size: 0.9rem; }
dl { margin: 0.75rem 0 0; }
dl div { display: flex; flex-wrap: wrap; justify-content: space-between; column-gap: 1rem; }
dd { margin: 0 0 0 auto; font-weight: 600; text-align: right; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; min-width: min(28rem, 100%); }
th, td { padding: 0.3rem 0 0.3rem clamp(0.5rem, 2vw, 1.5rem); border-bottom: 1px solid var(--line); text-align: right;
  vertical-align: bottom; }
th:first-child { padding-left: 0; text-align: left; } tbody th { font-weight: 400; }
td { white-space: nowrap; }
details { margin-top: 0.75rem; } details h3 { margin: 1rem 0 0.25rem; } summary { cursor: pointer; color: var(--soft); }
code { overflow-wrap: anywhere; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); }
svg { display: block; width: 100%; height: auto; margin-top: 0.5rem; }
svg text { fill: var(--soft); font-size: 13px; stroke: var(--card); stroke-width: 4; paint-order: stroke; }
svg.teacher { --colour: var(--teacher); } svg.student { --colour: var(--student); }
.rule { stroke: var(--line); }
path.reference { stroke: var(--teacher); stroke-width: 1.5; stroke-dasharray: 5 4; }
svg text.reference { fill: var(--teacher); }
path.reference.beside { stroke: var(--soft); }
svg text.reference.beside { fill: var(--soft); }
.band { fill: var(--colour); opacity: 0.18; }
.mean { fill: none; stroke: var(--colour); stroke-width: 2; stroke-linejoin: round; }
.point { fill: var(--colour); }
.kept { fill: var(--card); stroke: var(--colour); stroke-width: 2.5; }
@media (max-width: 30rem) { svg text { font-size: 15px; } table { font-size: 0.875rem; } }
@media print { body { max-width: none; } .card, figure { break-inside: avoid; } }
`;
