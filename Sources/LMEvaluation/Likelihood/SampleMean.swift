/// Mean of numbers, and how far it may be off.
public struct SampleMean: Sendable, Equatable {
  /// How many numbers.
  public private(set) var count = 0
  /// Their sum.
  public private(set) var total = 0.0
  private var mean = 0.0
  private var squares = 0.0

  /// No numbers yet.
  public init() {}

  /// Takes one more (B. P. Welford, Technometrics 4, 1962: no cancellation).
  public mutating func add(_ value: Double) {
    count += 1
    total += value
    let difference = value - mean
    mean += difference / Double(count)
    squares += difference * (value - mean)
  }

  /// Σ / n, 0 without numbers.
  public var value: Double { count == 0 ? 0 : total / Double(count) }

  /// Standard error of the mean √(Σ(x − x̄)² / (n − 1) / n); 0 with fewer than two numbers.
  public var standardError: Double {
    count < 2 ? 0 : (squares / Double(count - 1) / Double(count)).squareRoot()
  }
}
