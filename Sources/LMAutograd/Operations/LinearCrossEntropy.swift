import LMTensor

/// What a loss reports.
public struct LossSum: Sendable, Equatable {
  /// Sum of the losses of all counted tokens, in nats.
  public var total: Double
  /// Number of counted tokens.
  public var tokens: Int

  /// Sum over tokens.
  public init(total: Double = 0, tokens: Int = 0) {
    self.total = total
    self.tokens = tokens
  }

  /// Nats per token.
  public var mean: Double { tokens == 0 ? 0 : total / Double(tokens) }
}

extension Variable {
  /// Softmax cross-entropy of the logits x Wᵀ + b, without ever holding all of them.
  ///
  /// A chunk of rows at a time: logits, loss, gradient of the logits in place, and from it the gradients of
  /// x and W, while the chunk is in cache (Wijmans et al., "Cut Your Losses", arXiv 2411.09009, keeps the
  /// same rule on other hardware). Label smoothing as in arXiv 1512.00567.
  /// - Parameters:
  ///   - weight: `[V, D]`, perhaps the embedding table.
  ///   - targets: `[M]`; below 0 is not counted.
  ///   - gradientScale: factor of the gradient of every counted token: 1 / tokens of the whole batch.
  /// - Returns: the sum of the losses. With a tape, weight and bias have their gradients at once and x gets
  ///   its own when the tape runs.
  /// - Complexity: 2 · M · V · D operations, three times that with a tape; logits of 96 rows, or 64 MiB of
  ///   them if that is more.
  public func linearCrossEntropy(
    _ weight: Parameter, bias: Parameter? = nil, targets: [Int32], smoothing: Float = 0,
    gradientScale: Float, precision: DType, tape: Tape?
  ) -> LossSum {
    let (rows, vocabulary) = (value.rowCount, weight.value.rowCount)
    precondition(targets.count == rows, "linearCrossEntropy: \(targets.count) targets for \(rows) rows")
    let chunkRows = max(1, min(rows, max(96, (16 << 20) / max(1, vocabulary))))
    let losses = Tensor([rows])
    let logits = Tensor([chunkRows, vocabulary])
    let gradient = tape == nil ? nil : Tensor(value.shape, dtype: value.dtype)
    for start in stride(from: 0, to: rows, by: chunkRows) {
      let range = start..<min(rows, start + chunkRows)
      let x = value.reshaped([rows, value.columnCount]).rows(range)
      let chunk = logits.rows(0..<range.count)
      MatrixProduct.multiply(
        .rows(of: x), .rows(of: weight.value), precision: precision,
        into: MatrixResult(chunk, bias: bias?.value))
      chunk.crossEntropy(
        targets[range], losses.rows(range), smoothing: smoothing, scale: gradientScale,
        gradient: tape != nil)
      guard let gradient else { continue }
      MatrixProduct.multiply(
        .rows(of: chunk), .columns(of: weight.value), precision: precision,
        into: MatrixResult(gradient.reshaped([rows, value.columnCount]).rows(range)))
      weight.collectProduct(chunk, isShared: chunkRows < rows, x, precision: precision)
      bias?.collectSum { chunk.addColumnSums(to: $0) }
    }
    if let gradient { tape?.recordLoss { self.addGradient(gradient) } }
    let total = losses.floats.reduce(0.0) { $0 + Double($1) }
    return LossSum(total: total, tokens: targets.reduce(0) { $0 + ($1 < 0 ? 0 : 1) })
  }
}

extension Tensor {
  /// Per row of these logits the loss; the logits become their gradient where asked.
  fileprivate func crossEntropy(
    _ targets: ArraySlice<Int32>, _ losses: Tensor, smoothing: Float, scale: Float, gradient: Bool
  ) {
    let width = columnCount
    guard let loss = losses.floats.baseAddress else { return }
    targets.withUnsafeBufferPointer { ids in
      guard let target = ids.baseAddress else { return }
      parallel(rowCount, grain: max(1, elementGrain / max(1, width))) { range in
        Kernels.table.pointee.cross_entropy(
          dtype.kernelType, range.count, width, width,
          pointer + range.lowerBound * width * dtype.byteCount, target + range.lowerBound, smoothing, scale,
          gradient ? 1 : 0, loss + range.lowerBound)
      }
    }
  }
}
