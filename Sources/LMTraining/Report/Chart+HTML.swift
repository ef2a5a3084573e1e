import Glibc
import LMRuntime

/// The plot is an SVG that stretches to its frame while strokes keep their width; labels are HTML beside it,
/// placed in per cent. So text has the same size on a telephone and on a wide screen, without scripts.
extension Chart {
  /// A `figure` element.
  var html: String {
    guard hasData else {
      return "<figure class=\"chart\">\(heading)<p class=\"empty\">Nothing was measured yet.</p></figure>\n"
    }
    let (x, y) = (horizontal, vertical)
    let scale = y.exponent == 0 ? "" : " × " + NumberText.powerOfTen(y.exponent)
    return """
      <figure class="chart\(isWide ? " wide" : "")">\(heading)<p class="unit">\(unit.escapedHTML)\(scale)</p>
      <div class="frame">\(verticalLabels(y))<svg viewBox="0 0 \(Self.width) \(Self.height)" \
      preserveAspectRatio="none" role="img" aria-label="\(title.escapedHTML)">
      \(grid(x, y))\(series.map { path($0, x, y) }.joined())\(markPath(x))</svg>\(horizontalLabels(x))</div>
      </figure>

      """
  }

  private static let width = 1000.0
  private static let height = 400.0

  private var heading: String {
    "<figcaption><h3>\(title.escapedHTML)</h3>\(legend)</figcaption>\n"
  }

  private var legend: String {
    var entries = series.filter { !$0.curve.points.isEmpty }.map { ($0.name, $0.look.rawValue) }
    if let marks { entries.append((marks.name, "mark")) }
    guard isWide, entries.count > 1 else { return "" }
    let items = entries.map { "<li><i class=\"\($0.1)\"></i>\($0.0.escapedHTML)</li>" }
    return "<ul class=\"legend\">\(items.joined())</ul>"
  }

  private func verticalLabels(_ axis: ChartAxis) -> String {
    let labels = axis.ticks.map { tick in
      "<span style=\"bottom:\(Self.percent(axis.position(tick)))\">\(axis.label(tick))</span>"
    }
    // The hidden copies, one above the other, make the column as wide as its widest label.
    let widest = axis.ticks.map { "<b>\(axis.label($0))</b>" }.joined()
    return "<div class=\"y\" aria-hidden=\"true\">\(widest)\(labels.joined())</div>"
  }

  private func horizontalLabels(_ axis: ChartAxis) -> String {
    let labels = axis.ticks.map { tick in
      let place = axis.position(tick)
      return
        "<span\(place > 0.98 ? " class=\"end\"" : "") style=\"left:\(Self.percent(place))\">\(axis.label(tick))</span>"
    }
    return "<div class=\"x\" aria-hidden=\"true\">\(labels.joined())</div>"
  }

  private func grid(_ x: ChartAxis, _ y: ChartAxis) -> String {
    let rows = y.ticks.map { "M0 \(Self.coordinate(1 - y.position($0), Self.height))H\(Int(Self.width))" }
    let columns = x.ticks.map { "M\(Self.coordinate(x.position($0), Self.width)) 0V\(Int(Self.height))" }
    return """
      <path class="grid" d="\(columns.joined())"/><path class="grid" d="\(rows.joined())"/>\
      <path class="axis" d="M0 \(Int(Self.height))H\(Int(Self.width))"/>

      """
  }

  private func path(_ series: Series, _ x: ChartAxis, _ y: ChartAxis) -> String {
    let curve = series.curve.downsampled()
    var line = ""
    var dots = ""
    var isOpen = false
    for point in curve.points {
      guard point.y.isFinite else {
        isOpen = false
        continue
      }
      let place =
        Self.coordinate(x.position(point.x), Self.width) + " "
        + Self.coordinate(max(0, min(1, 1 - y.position(point.y))), Self.height)
      line += (isOpen ? "L" : "M") + place
      dots += "M\(place)h0"
      isOpen = true
    }
    let shape = "<path class=\"\(series.look.rawValue)\" d=\"\(line)\"/>"
    return (series.look == .dotted ? shape + "<path class=\"dots\" d=\"\(dots)\"/>" : shape) + "\n"
  }

  private func markPath(_ x: ChartAxis) -> String {
    guard let marks else { return "" }
    let kept = Curve(points: marks.steps.map { Curve.Point(x: $0, y: 0) }).downsampled().points
    let lines = kept.map { "M\(Self.coordinate(x.position($0.x), Self.width)) \(Int(Self.height))v-12" }
    return "<path class=\"mark\" d=\"\(lines.joined())\"/>"
  }

  /// A share of `size` to a tenth of a unit, a fraction of a pixel.
  private static func coordinate(_ share: Double, _ size: Double) -> String {
    let tenths = Int((share * size * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
  }

  private static func percent(_ share: Double) -> String { "\((share * 1e4).rounded() / 100)%" }
}
