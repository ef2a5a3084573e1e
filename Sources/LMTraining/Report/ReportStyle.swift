/// The look of ``RunReport``: system fonts, two colour schemes, one column on small screens.
enum ReportStyle {
  /// CSS.
  static let sheet = """
    :root {
      --page: #f6f6f4; --card: #ffffff; --ink: #1d1f24; --soft: #5c616b; --line: #e3e3df; --grid: #ededea;
      --main: #2563c9; --other: #d9560b; --level: #6d7480; --mark: #c4232f; --code: #f3f3f0;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #111317; --card: #191c21; --ink: #e7e9ed; --soft: #9aa1ad; --line: #2b2f37; --grid: #262a31;
        --main: #6ea4ff; --other: #ff9d5c; --level: #8f97a5; --mark: #ff7079; --code: #12151a;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
    body {
      margin: 0 auto; max-width: 1120px; padding: 48px 24px 72px; background: var(--page); color: var(--ink);
      font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
      font-variant-numeric: tabular-nums;
    }
    h1, h2, h3, p, dl, dd, figure, ul { margin: 0; padding: 0; }
    .kind { color: var(--soft); font-size: 13px; font-weight: 600; letter-spacing: .06em; text-transform: uppercase; }
    h1 { font-size: 30px; line-height: 1.2; letter-spacing: -.015em; font-weight: 680; overflow-wrap: anywhere; }
    h2 { font-size: 20px; line-height: 1.3; letter-spacing: -.01em; font-weight: 650; margin: 48px 0 16px; }
    h3 { font-size: 15px; font-weight: 620; }
    .summary { margin-top: 10px; color: var(--soft); }
    .summary span { white-space: nowrap; }
    .summary span:not(:last-child)::after { content: "·"; margin: 0 .15em 0 .4em; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 16px; margin: 28px 0 16px; }
    .tiles div, .chart, .sample, .card, pre { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
    .tiles div { padding: 14px 18px 15px; }
    dt { color: var(--soft); font-size: 13px; }
    dd { font-size: 29px; line-height: 1.3; font-weight: 620; letter-spacing: -.02em; }
    small { display: block; font-size: 13px; font-weight: 400; letter-spacing: 0; color: var(--soft); }
    .chart { padding: 16px 20px 14px; min-width: 0; }
    .row { display: grid; grid-template-columns: repeat(auto-fit, minmax(290px, 1fr)); gap: 16px; margin-top: 16px; }
    figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 2px 24px; }
    .unit, .legend, .x, .y, .empty { font-size: 12.5px; color: var(--soft); }
    .legend { display: flex; flex-wrap: wrap; gap: 2px 18px; list-style: none; }
    .legend li { display: flex; align-items: center; gap: 7px; }
    .legend i { flex: none; width: 18px; border-top: 2px solid var(--main); position: relative; }
    .legend .raw { opacity: .35; border-top-width: 1.5px; }
    .legend .dotted { border-color: var(--other); }
    .legend .dotted::after {
      content: ""; position: absolute; left: 6px; top: -4px; width: 6px; height: 6px; border-radius: 50%;
      background: var(--other);
    }
    .legend .level { border-top: 1.5px dashed var(--level); }
    .legend .mark { width: 2px; height: 11px; border: 0; background: var(--mark); }
    .frame {
      display: grid; grid-template-columns: max-content minmax(0, 1fr); grid-template-rows: 168px auto; column-gap: 10px;
      margin-top: 12px;
    }
    .wide .frame { grid-template-rows: clamp(240px, 38vw, 400px) auto; }
    .y { position: relative; display: grid; text-align: right; line-height: 1; }
    .y b { grid-area: 1 / 1; font-weight: 400; visibility: hidden; height: 0; overflow: hidden; }
    .y span { position: absolute; right: 0; transform: translateY(50%); white-space: nowrap; }
    .x { position: relative; grid-column: 2; height: 18px; margin-top: 8px; line-height: 1; }
    .x span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
    .x .end { transform: translateX(-100%); }
    svg { display: block; width: 100%; height: 100%; overflow: visible; min-width: 0; }
    path { fill: none; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke; }
    .grid { stroke: var(--grid); stroke-width: 1; shape-rendering: crispEdges; }
    .axis { stroke: var(--soft); stroke-width: 1.5; }
    path.raw { stroke: var(--main); stroke-width: 1; opacity: .3; }
    path.main { stroke: var(--main); stroke-width: 2; }
    path.dotted { stroke: var(--other); stroke-width: 1.75; }
    path.dots { stroke: var(--other); stroke-width: 6.5; }
    path.level { stroke: var(--level); stroke-width: 1.5; stroke-dasharray: 5 5; stroke-linecap: butt; }
    path.mark { stroke: var(--mark); stroke-width: 2; stroke-linecap: butt; }
    .empty { padding: 24px 0; }
    .samples { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); gap: 16px; align-items: start; }
    .sample { padding: 16px 20px 18px; min-width: 0; }
    .sample h3 { font-size: 13px; font-weight: 500; color: var(--soft); margin-bottom: 8px; overflow-wrap: anywhere; }
    .sample p {
      font: 16px/1.6 Charter, "Bitstream Charter", Georgia, Cambria, "Noto Serif", "Liberation Serif", serif;
      white-space: pre-wrap; overflow-wrap: anywhere;
    }
    .tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr)); gap: 16px; align-items: start; }
    .card { padding: 16px 20px 12px; min-width: 0; }
    table { width: 100%; border-spacing: 0; font-size: 14px; }
    caption { text-align: left; font-weight: 620; font-size: 15px; padding-bottom: 6px; }
    th, td { padding: 6px 0; vertical-align: top; }
    tr + tr > * { border-top: 1px solid var(--grid); }
    th { text-align: left; font-weight: 400; color: var(--soft); padding-right: 20px; white-space: nowrap; }
    td { text-align: right; overflow-wrap: anywhere; }
    section > h3 { margin: 16px 0 8px; font-size: 14px; font-weight: 500; color: var(--soft); }
    pre { margin: 0; padding: 14px 20px; background: var(--code); white-space: pre-wrap; overflow-wrap: anywhere; }
    code { font: 13.5px/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; }
    code span { display: inline-block; max-width: 100%; }
    @media (max-width: 640px) {
      body { padding: 28px 14px 48px; }
      h1 { font-size: 25px; }
      .tiles { grid-template-columns: 1fr 1fr; gap: 10px; }
      .tiles div { padding: 12px 14px; }
      dd { font-size: 24px; }
      .wide .x span:nth-child(even) { visibility: hidden; }
    }
    @media print { body { background: none; padding: 0; } .chart, .sample, .card, pre { break-inside: avoid; } }
    """
}
