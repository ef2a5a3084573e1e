import LMRuntime

extension RunReport {
  /// The whole document.
  public var html: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(title.escapedHTML)</title>
    <style>
    \(ReportStyle.sheet)
    </style>
    </head>
    <body>
    <header>
    <p class="kind">Training run</p>
    <h1>\(title.escapedHTML)</h1>
    <p class="summary">\(summary)</p>
    </header>
    <main>
    \(tiles)\(charts)\(sampleSection)\(configurationSection)\(commandSection)</main>
    </body>
    </html>

    """
  }

  /// One line: steps, tokens, time, losses.
  private var summary: String {
    guard let last = records.last else { return "No step is done yet." }
    var parts = [
      "\(NumberText.grouped(last.step)) \(last.step == 1 ? "step" : "steps")",
      "\(NumberText.short(Double(last.tokens))) tokens", NumberText.duration(last.seconds),
    ]
    if let finalLoss { parts.append("training loss \(Self.loss(finalLoss))") }
    if let final = validationLoss.points.last?.y { parts.append("validation loss \(Self.loss(final))") }
    if let best = bestValidation {
      parts.append("best \(Self.loss(best.y)) at step \(NumberText.grouped(Int(best.x)))")
    }
    let skipped = records.count { $0.skipped }
    if skipped > 0 { parts.append("\(skipped) \(skipped == 1 ? "update" : "updates") skipped") }
    return parts.map { "<span>\($0)</span>" }.joined(separator: " ")
  }

  private static func loss(_ value: Double) -> String { NumberText.fixed(value, decimals: 3) }

  /// The figures that matter, large.
  private var tiles: String {
    guard !records.isEmpty else { return "" }
    var entries: [(name: String, value: String, note: String)] = []
    if let best = bestValidation {
      entries.append(
        ("Best validation loss", Self.loss(best.y), "at step \(NumberText.grouped(Int(best.x)))"))
    }
    if let final = validationLoss.points.last {
      entries.append(
        ("Last validation loss", Self.loss(final.y), "at step \(NumberText.grouped(Int(final.x)))"))
    }
    if let finalLoss {
      let steps = min(records.count, smoothingRadius + 1)
      entries.append(
        ("Training loss", Self.loss(finalLoss), steps == 1 ? "last step" : "mean of the last \(steps) steps"))
    }
    let speeds = Curve(points: records.map { .init(x: 0, y: $0.tokensPerSecond) })
    if let median = speeds.quantile(0.5) {
      entries.append(("Speed", NumberText.short(median), "tokens per second, median"))
    }
    let items = entries.map { "<div><dt>\($0.name)</dt><dd>\($0.value)<small>\($0.note)</small></dd></div>" }
    return "<dl class=\"tiles\">\(items.joined())</dl>\n"
  }

  private var charts: String {
    guard !records.isEmpty else { return "" }
    let small = smallCharts.map(\.html).joined()
    return "<section>\n\(lossChart.html)<div class=\"row\">\n\(small)</div>\n</section>\n"
  }

  private var sampleSection: String {
    guard !samples.isEmpty else { return "" }
    let items = samples.map { sample in
      """
      <article class="sample"><h3>\(sample.title.escapedHTML)</h3>
      <p dir="auto">\(sample.text.escapedHTML)</p></article>

      """
    }
    return "<section>\n<h2>Samples</h2>\n<div class=\"samples\">\n\(items.joined())</div>\n</section>\n"
  }

  private var configurationSection: String {
    guard !configuration.isEmpty else { return "" }
    let tables = configuration.map { group in
      let rows = group.rows.map {
        "<tr><th scope=\"row\">\($0.name.escapedHTML)</th><td>\(Self.breakable($0.value))</td></tr>\n"
      }
      return
        "<div class=\"card\"><table><caption>\(group.name.escapedHTML)</caption>\n\(rows.joined())</table></div>\n"
    }
    return "<section>\n<h2>Configuration</h2>\n<div class=\"tables\">\n\(tables.joined())</div>\n</section>\n"
  }

  /// A value that may be broken after a slash, as paths are.
  private static func breakable(_ value: String) -> String {
    value.split(separator: "/", omittingEmptySubsequences: false).map { String($0).escapedHTML }
      .joined(separator: "/<wbr>")
  }

  /// A command line that is broken between words only, not after the hyphens of a flag.
  private static func words(_ command: String) -> String {
    command.split(separator: " ", omittingEmptySubsequences: false).map {
      "<span>\(String($0).escapedHTML)</span>"
    }
    .joined(separator: " ")
  }

  private var commandSection: String {
    let commands = [("The command that made this run", command), ("Continue it with", resumeCommand)]
    let items = commands.filter { !$0.1.isEmpty }.map {
      "<h3>\($0.0)</h3>\n<pre><code>\(Self.words($0.1))</code></pre>\n"
    }
    return items.isEmpty ? "" : "<section>\n<h2>Reproduce</h2>\n\(items.joined())</section>\n"
  }
}
