import Glibc

/// The log-probabilities of the whole vocabulary in one place of a text, 16 bits each: ln p = highest − step · n².
///
/// The step is chosen so that the row's range R fits, at most ``widestRange`` nats. At x nats below the highest the
/// error is at most √(x R) / 65535: below 10⁻⁴ nats where p counts, 5 · 10⁻⁴ at the end, and of either sign.
package struct ReferenceRow {
  /// Nats below the highest beyond which a token is taken for that unlikely: p < 2 · 10⁻¹⁴.
  package static let widestRange: Float = 32
  /// 16-bit numbers before those of the vocabulary: three float32, low half first.
  package static let headLength = 6

  /// Turns float32 `scores` of one place into a row.
  /// - Parameters:
  ///   - loss: −ln p of the token that stands there.
  ///   - row: `[headLength + V]`.
  /// - Complexity: O(V).
  package static func encode(
    _ scores: UnsafeBufferPointer<Float>, loss: Float, into row: UnsafeMutableBufferPointer<UInt16>
  ) {
    let logSum = Self.logSum(scores)
    let (low, high) = scores.reduce((Float.infinity, -Float.infinity)) { (min($0.0, $1), max($0.1, $1)) }
    let range = min(high - low, widestRange)
    let step = range > 0 ? range / (65_535 * 65_535) : 1
    for (index, value) in [high - logSum, step, loss].enumerated() {
      row[2 * index] = UInt16(truncatingIfNeeded: value.bitPattern)
      row[2 * index + 1] = UInt16(value.bitPattern >> 16)
    }
    let scale = 1 / step
    for (index, score) in scores.enumerated() {
      row[headLength + index] = UInt16(min(((high - score) * scale).squareRoot(), 65_535).rounded())
    }
  }

  /// ln Σ exp.
  package static func logSum(_ scores: UnsafeBufferPointer<Float>) -> Float {
    let high = scores.reduce(-Float.infinity) { max($0, $1) }
    // Partial sums of 64 keep the error of a sum of many small terms below 10⁻⁶.
    var total = 0.0
    for start in stride(from: 0, to: scores.count, by: 64) {
      var part: Float = 0
      for index in start..<min(start + 64, scores.count) { part += expf(scores[index] - high) }
      total += Double(part)
    }
    return high + Float(log(total))
  }

  private let numbers: UnsafeBufferPointer<UInt16>

  /// A row of a file.
  package init(_ numbers: UnsafeBufferPointer<UInt16>) { self.numbers = numbers }

  private func head(_ index: Int) -> Float {
    Float(bitPattern: UInt32(numbers[2 * index]) | UInt32(numbers[2 * index + 1]) << 16)
  }

  /// −ln p of the token in the text, as it was computed.
  package var loss: Float { head(2) }

  /// How the model with these float32 `scores` differs from the reference. `target` is the token in the text and
  /// `loss` its −ln p by the model.
  /// - Returns: nil where the row's head is not that of any row.
  /// - Complexity: O(V).
  package func comparison(with scores: UnsafeBufferPointer<Float>, loss: Float) -> TokenDivergence? {
    let (highest, step) = (head(0), head(1))
    guard highest.isFinite, highest <= 1e-3, step > 0, step <= 1, self.loss.isFinite else { return nil }
    let logSum = Self.logSum(scores)
    var divergence = 0.0
    var (referenceTop, top) = (0, 0)
    for start in stride(from: 0, to: scores.count, by: 64) {
      var part: Float = 0
      for index in start..<min(start + 64, scores.count) {
        let number = numbers[Self.headLength + index]
        let reference = highest - step * Float(number) * Float(number)
        part += expf(reference) * (reference - (scores[index] - logSum))
        if number < numbers[Self.headLength + referenceTop] { referenceTop = index }
        if scores[index] > scores[top] { top = index }
      }
      divergence += Double(part)
    }
    return TokenDivergence(
      divergence: Float(divergence), probabilityChange: expf(-loss) - expf(-self.loss),
      hasSameTop: referenceTop == top, loss: loss, referenceLoss: self.loss)
  }
}

/// How a model differs from its reference in one place of a text.
public struct TokenDivergence: Sendable, Equatable {
  /// Σ p (ln p − ln q) over the vocabulary, p the reference's: 0 or more but for rounding.
  public let divergence: Float
  /// Probability of the token in the text, less that by the reference.
  public let probabilityChange: Float
  /// Whether both find the same token the likeliest.
  public let hasSameTop: Bool
  /// −ln q of the token in the text.
  public let loss: Float
  /// −ln p of it.
  public let referenceLoss: Float
}
