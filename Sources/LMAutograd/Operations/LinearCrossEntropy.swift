import LMTensor

/// What a loss reports.
public struct LossSum: Sendable, Equatable {
  /// Sum of the losses of all counted tokens, in nats.
  public var total: Double
  /// Number of counted tokens.
  public var tokens: Int
  /// Number of counted tokens whose target has the highest score; nil where it was not asked for.
  public var correct: Int?

  /// Sum over tokens.
  public init(total: Double = 0, tokens: Int = 0, correct: Int? = nil) {
    self.total = total
    self.tokens = tokens
    self.correct = correct
  }

  /// Nats per token.
  public var mean: Double { tokens == 0 ? 0 : total / Double(tokens) }

  /// Share of counted tokens whose target has the highest score.
  public var accuracy: Double? { tokens == 0 ? nil : correct.map { Double($0) / Double(tokens) } }

  /// Both sums together; of accuracy, what both know.
  public static func += (sum: inout LossSum, other: LossSum) {
    if sum.tokens == 0 {
      sum.correct = other.correct
    } else if other.tokens > 0 {
      sum.correct = sum.correct.flatMap { own in other.correct.map { own + $0 } }
    }
    sum.total += other.total
    sum.tokens += other.tokens
  }
}

extension Variable {
  /// Softmax cross-entropy of the logits x Wᵀ + b, without ever holding all of them.
  ///
  /// A chunk of rows at a time: logits, loss, gradient of the logits in place, and from it the gradients of
  /// x and W, while the chunk is in cache (Wijmans et al., "Cut Your Losses", arXiv 2411.09009, keeps the
  /// same rule on other hardware). Label smoothing as in arXiv 1512.00567.
  /// - Parameters:
  ///   - weight: `[V, D]`, perhaps the embedding table.
  ///   - softCap: c, where the logits z become c · tanh(z / c) first; nil leaves them.
  ///   - targets: `[M]`; below 0 is not counted.
  ///   - gradientScale: factor of the gradient of every counted token: 1 / tokens of the whole batch.
  /// - Returns: the sum of the losses; without a tape also how many targets have the highest score. With a tape, weight and bias have their gradients at once and x gets
  ///   its own when the tape runs.
  /// - Complexity: 2 · M · V · D operations, three times that with a tape; logits of 96 rows, or 16 MiB of
  ///   them if that is more. With few tokens the gradient of the logits is kept as a factor of the weight's.
  public func linearCrossEntropy(
    _ weight: Parameter, bias: Parameter? = nil, softCap: Float? = nil, targets: [Int32],
    smoothing: Float = 0, gradientScale: Float, precision: DType, tape: Tape?
  ) -> LossSum {
    let (rows, vocabulary) = (value.rowCount, weight.rowCount)
    precondition(targets.count == rows, "linearCrossEntropy: \(targets.count) targets for \(rows) rows")
    let x = value.reshaped([rows, value.columnCount])
    let losses = Tensor([rows])
    var correct = 0
    let factor =
      tape != nil && weight.keepsFactors(tokens: rows) ? Tensor([rows, vocabulary], dtype: precision) : nil
    // A float32 factor is where the logits are made; else there is a buffer of one chunk.
    let isInPlace = factor?.dtype == .float32
    let chunkRows = isInPlace ? max(1, rows) : Self.logitRows(rows, vocabulary: vocabulary)
    var logits = isInPlace ? nil : Tensor([chunkRows, vocabulary])
    let gradient = tape == nil ? nil : Tensor(x.shape, dtype: value.dtype)
    for start in stride(from: 0, to: rows, by: chunkRows) {
      let range = start..<min(rows, start + chunkRows)
      guard let chunk = logits?.rows(0..<range.count) ?? factor?.rows(range) else { break }
      weight.multiply(x.rows(range), bias: bias?.value, precision: precision, into: chunk)
      if let softCap { chunk.softCapInPlace(softCap) }
      if tape == nil { correct += chunk.countHighest(targets[range]) }
      let capped = softCap == nil || tape == nil ? nil : chunk.copied()
      chunk.crossEntropy(
        targets[range], losses.rows(range), smoothing: smoothing, scale: gradientScale,
        gradient: tape != nil)
      if let softCap, let capped { chunk.softCapGradientInPlace(softCap, capped: capped) }
      guard let gradient else { continue }
      bias?.collectSum { chunk.addColumnSums(to: $0) }
      guard let factor else {
        weight.addProduct(chunk, x.rows(range), precision: precision)
        weight.multiplyBackward(
          chunk, precision: precision, longest: Self.vocabularyPart, into: gradient.rows(range))
        continue
      }
      if !isInPlace { chunk.copy(into: factor.rows(range)) }
    }
    logits = nil
    if let factor, let gradient {
      weight.multiplyBackward(factor, precision: precision, longest: Self.vocabularyPart, into: gradient)
      weight.keepProduct(factor, x, precision: precision)
    }
    if let gradient { tape?.recordLoss { self.addGradient(gradient) } }
    let total = losses.floats.reduce(0.0) { $0 + Double($1) }
    return LossSum(
      total: total, tokens: targets.reduce(0) { $0 + ($1 < 0 ? 0 : 1) }, correct: tape == nil ? correct : nil)
  }

  /// Rows of the weight that the gradient of x takes at once.
  private static let vocabularyPart = 8192

  /// Rows whose logits are held at once: equal chunks of 16 MiB, but not less than 96 rows, for each chunk
  /// reads the whole weight.
  private static func logitRows(_ rows: Int, vocabulary: Int) -> Int {
    let most = max(96, (4 << 20) / max(1, vocabulary))
    let chunks = max(1, (rows + most - 1) / most)
    return max(1, (rows + chunks - 1) / chunks)
  }
}

extension Tensor {
  /// The same elements in memory of their own.
  fileprivate func copied() -> Tensor {
    let result = Tensor(shape, dtype: dtype)
    copy(into: result)
    return result
  }

  /// Rows of these logits in which no score is above that of the target.
  fileprivate func countHighest(_ targets: ArraySlice<Int32>) -> Int {
    let (width, hits) = (columnCount, Tensor.zeros([rowCount]))
    parallel(rowCount, grain: max(1, elementGrain / max(1, width))) { range in
      for row in range {
        let target = targets[targets.startIndex + row]
        guard target >= 0 else { continue }
        let scores = UnsafeBufferPointer(rebasing: floats[row * width..<(row + 1) * width])
        let own = scores[Int(target)]
        // Most rows that miss are known after a few scores.
        if !own.isNaN, !scores.contains(where: { $0 > own }) { hits.floats[row] = 1 }
      }
    }
    return hits.floats.count { $0 == 1 }
  }

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
