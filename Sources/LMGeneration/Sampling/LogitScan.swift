/// Passes over all scores of a vocabulary, 16 at a time.
enum LogitScan {
  private typealias Block = SIMD16<Float>

  /// Calls `body` with each token whose score is at least `lowest`, in ascending order; its result is the lowest
  /// score from there on.
  /// - Complexity: O(V), with little more than one comparison per 16 scores that are lower.
  @inline(__always)
  static func forEach(
    in logits: UnsafeBufferPointer<Float>, atLeast lowest: Float, _ body: (Int32, Float) -> Float
  ) {
    guard let start = logits.baseAddress else { return }
    let raw = UnsafeRawPointer(start)
    var lowest = lowest
    var index = 0
    while index < logits.count {
      let end = min(index + Block.scalarCount, logits.count)
      if end - index == Block.scalarCount {
        let block = raw.loadUnaligned(fromByteOffset: index * 4, as: Block.self)
        guard any(block .>= lowest) else {
          index = end
          continue
        }
      }
      while index < end {
        if logits[index] >= lowest { lowest = body(Int32(index), logits[index]) }
        index += 1
      }
    }
  }

  /// The highest score and the first token that has it; nil where one is NaN or +∞, or none is above −∞.
  /// - Complexity: O(V).
  static func best(of logits: UnsafeBufferPointer<Float>) -> (id: Int32, score: Float)? {
    guard let start = logits.baseAddress else { return nil }
    let raw = UnsafeRawPointer(start)
    var highest = Block(repeating: -.infinity)
    var isValid = SIMDMask<Block.MaskStorage>(repeating: true)
    let whole = logits.count / Block.scalarCount * Block.scalarCount
    for index in stride(from: 0, to: whole, by: Block.scalarCount) {
      let block = raw.loadUnaligned(fromByteOffset: index * 4, as: Block.self)
      isValid = isValid .& (block .< Float.infinity)
      highest.replace(with: block, where: block .> highest)
    }
    guard all(isValid) else { return nil }
    var score = highest.max()
    for value in logits[whole...] {
      guard value < .infinity else { return nil }
      score = max(score, value)
    }
    guard score > -.infinity else { return nil }
    for index in stride(from: 0, to: whole, by: Block.scalarCount)
    where any(raw.loadUnaligned(fromByteOffset: index * 4, as: Block.self) .== score) {
      return first(score, in: logits, index..<index + Block.scalarCount)
    }
    return first(score, in: logits, whole..<logits.count)
  }

  private static func first(
    _ score: Float, in logits: UnsafeBufferPointer<Float>, _ range: Range<Int>
  ) -> (Int32, Float)? {
    range.first { logits[$0] == score }.map { (Int32($0), score) }
  }
}
