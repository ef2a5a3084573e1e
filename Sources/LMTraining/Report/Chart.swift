/// Curves over training steps in one frame.
struct Chart {
  /// How a curve is drawn; the colours are those of the style sheet.
  enum Look: String {
    /// Faint line behind the others.
    case raw
    /// The main line.
    case main
    /// Line with a dot for each point.
    case dotted
    /// Dashed horizontal line.
    case level
  }

  /// One curve with its entry in the legend.
  struct Series {
    let name: String
    let look: Look
    let curve: Curve
  }

  let title: String
  let unit: String
  let series: [Series]
  /// Steps to mark at the bottom, with the entry in the legend.
  var marks: (name: String, steps: [Double])?
  /// Whether the vertical axis begins at 0.
  let startsAtZero: Bool
  /// Wide charts have more ticks, and a legend.
  let isWide: Bool

  /// Steps from the first to the last, at least one.
  var horizontal: ChartAxis {
    let ends = series.compactMap { series in
      series.curve.points.first.map { ($0.x, series.curve.points.last?.x ?? $0.x) }
    }
    let (low, high) = (ends.map(\.0).min() ?? 0, ends.map(\.1).max() ?? 1)
    return ChartAxis(
      from: low <= 1 ? 0 : low, to: max(high, low + 1), count: isWide ? 8 : 4, extends: false,
      wholeNumbers: true)
  }

  /// Values of all curves; single peaks of a raw curve (the highest 1 %) may be cut off at the frame.
  var vertical: ChartAxis {
    var values: [Double] = startsAtZero ? [0] : []
    for series in series {
      let isRaw = series.look == .raw
      values += [series.curve.quantile(isRaw ? 0.003 : 0), series.curve.quantile(isRaw ? 0.99 : 1)].compactMap
      { $0 }
    }
    return ChartAxis(
      from: values.min() ?? .nan, to: values.max() ?? .nan, count: isWide ? 6 : 4, extends: true)
  }

  /// False where no curve has a finite value.
  var hasData: Bool { series.contains { $0.look != .level && $0.curve.points.contains { $0.y.isFinite } } }
}
