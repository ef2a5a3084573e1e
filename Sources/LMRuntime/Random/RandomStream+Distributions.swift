import Glibc

extension RandomStream {
  /// A uniform number in [0, 1): a multiple of 2^-24, each equally likely.
  public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A uniform number in [0, 1): a multiple of 2^-53, each equally likely.
  public mutating func uniformDouble() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A uniform whole number in `0 ..< bound` without bias (Lemire, "Fast Random Integer Generation in an
  /// Interval", arXiv 1805.10941); `bound` is at least 1.
  public mutating func uniform(below bound: Int) -> Int {
    precondition(bound >= 1, "RandomStream.uniform(below: \(bound)), expected at least 1")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// Two independent normal numbers with mean 0 and standard deviation 1, by the Box–Muller transform:
  /// `√(-2 ln u) · (cos 2πv, sin 2πv)` with `u` in (0, 1].
  ///
  /// Always takes two numbers from the stream and keeps none back, so that ``state`` is all there is to
  /// save. `log`, `cos` and `sin` are the C library's, whose last bit may differ between its versions.
  public mutating func normalPair() -> (Double, Double) {
    let radius = (-2 * log(1 - uniformDouble())).squareRoot()
    let angle = 2 * Double.pi * uniformDouble()
    return (radius * cos(angle), radius * sin(angle))
  }

  /// One normal number; the first of ``normalPair()``.
  public mutating func normal(mean: Float = 0, deviation: Float = 1) -> Float {
    mean + deviation * Float(normalPair().0)
  }

  /// Fills `values` with normal numbers, two from each ``normalPair()``.
  /// - Complexity: O(count), about 20 ns each.
  public mutating func fillNormal(
    _ values: UnsafeMutableBufferPointer<Float>, mean: Float = 0, deviation: Float = 1
  ) {
    for position in stride(from: 0, to: values.count, by: 2) {
      let (first, second) = normalPair()
      values[position] = mean + deviation * Float(first)
      if position + 1 < values.count { values[position + 1] = mean + deviation * Float(second) }
    }
  }

  /// Puts `values` in a random order, each equally likely (Fisher and Yates).
  /// - Complexity: O(count).
  public mutating func shuffle<Element>(_ values: inout [Element]) {
    for last in stride(from: values.count - 1, to: 0, by: -1) {
      values.swapAt(last, uniform(below: last + 1))
    }
  }
}
