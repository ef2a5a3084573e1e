/// A line through points in ascending order of x; a y that is not finite interrupts it.
package struct Curve: Equatable {
  /// One point.
  package struct Point: Equatable {
    package let x: Double
    package let y: Double

    package init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  package let points: [Point]

  package init(points: [Point]) { self.points = points }

  /// Most points that are drawn of one curve.
  package static let pointLimit = 1000

  /// At most `limit` of the points (4 or more), with the lowest and highest of each stretch: no peak is lost.
  /// - Complexity: O(points).
  package func downsampled(to limit: Int = Curve.pointLimit) -> Curve {
    guard points.count > limit, let first = points.first, let last = points.last else { return self }
    let stretches = (limit - 2) / 2
    var kept = [first]
    for stretch in 0..<stretches {
      let inner = points.count - 2
      let range = 1 + stretch * inner / stretches..<1 + (stretch + 1) * inner / stretches
      kept += Self.extremes(points[range])
    }
    return Curve(points: kept + [last])
  }

  /// Lowest and highest point in order, or the first one where none is finite.
  private static func extremes(_ points: ArraySlice<Point>) -> [Point] {
    let finite = points.indices.filter { points[$0].y.isFinite }
    guard let low = finite.min(by: { points[$0].y < points[$1].y }),
      let high = finite.max(by: { points[$0].y < points[$1].y })
    else { return Array(points.prefix(1)) }
    return low == high ? [points[low]] : [points[min(low, high)], points[max(low, high)]]
  }

  /// Each point replaced by the mean of its neighbours: `radius` to either side, fewer where the curve begins
  /// (as many as to the left, so that a steep beginning keeps its shape) and where it ends.
  /// Values that are not finite are left out of the means.
  /// - Complexity: O(points).
  package func smoothed(radius: Int) -> Curve {
    var sums = [0.0]
    var counts = [0]
    for point in points {
      sums.append(sums[sums.count - 1] + (point.y.isFinite ? point.y : 0))
      counts.append(counts[counts.count - 1] + (point.y.isFinite ? 1 : 0))
    }
    return Curve(
      points: points.enumerated().map { index, point in
        let reach = min(radius, index)
        let (low, high) = (index - reach, min(points.count, index + reach + 1))
        let count = counts[high] - counts[low]
        return Point(x: point.x, y: count == 0 ? .nan : (sums[high] - sums[low]) / Double(count))
      })
  }

  /// The y below which the share `share` of all finite values lies, nil where there is none.
  package func quantile(_ share: Double) -> Double? {
    let sorted = points.lazy.map(\.y).filter(\.isFinite).sorted()
    return sorted.isEmpty ? nil : sorted[Int(Double(sorted.count - 1) * share)]
  }
}
