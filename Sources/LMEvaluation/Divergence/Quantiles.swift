/// Numbers in order, to ask what lies below which share of them.
public struct Quantiles: Sendable, Equatable {
  private let sorted: [Float]

  /// Sorts `values`, which are no NaN.
  /// - Complexity: O(n log n).
  public init(_ values: [Float]) { sorted = values.sorted() }

  /// The value below which `share` (0 to 1) of all lie, between two of them in proportion (numpy's default, and
  /// Hyndman and Fan's type 7); 0 without values.
  public subscript(share: Double) -> Double {
    guard let last = sorted.last else { return 0 }
    let place = min(max(share, 0), 1) * Double(sorted.count - 1)
    let index = Int(place)
    guard index + 1 < sorted.count else { return Double(last) }
    let fraction = place - Double(index)
    return (1 - fraction) * Double(sorted[index]) + fraction * Double(sorted[index + 1])
  }
}
