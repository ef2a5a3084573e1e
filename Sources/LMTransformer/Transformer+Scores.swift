import LMAutograd
import LMTensor

extension Transformer {
  /// Hands out the scores of the vocabulary after the rows `range` of `hidden`, a chunk of rows at a time, so
  /// that they never take more than 16 MiB, or 96 rows if that is more.
  /// - Parameters:
  ///   - hidden: `[M, D]`, as ``hidden(_:_:)`` gives it.
  ///   - body: gets the rows and their float32 scores `[rows, V]`, which it may overwrite.
  /// - Complexity: 2 · rows · V · D operations.
  public func forEachScores<Failure: Error>(
    after hidden: Tensor, rows range: Range<Int>, precision: DType,
    _ body: (Range<Int>, Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    let vocabulary = configuration.vocabularySize
    let most = max(96, (4 << 20) / max(1, vocabulary))
    let scores = Tensor([min(most, range.count), vocabulary])
    for start in stride(from: range.lowerBound, to: range.upperBound, by: most) {
      let rows = start..<min(range.upperBound, start + most)
      let chunk = scores.rows(0..<rows.count)
      let x = transformed(
        Variable(hidden.rows(rows)), ForwardContext(batch: 1, tokens: rows.count, precision: precision)
      ).value
      head.multiply(x, bias: headBias?.value, precision: precision, into: chunk)
      if let cap = configuration.logitSoftCap { chunk.softCapInPlace(cap) }
      try body(rows, chunk)
    }
  }
}
