import CLMKernels
import LMRuntime
import LMTensor
import LMTransformer

/// Computes what a model thinks of given tokens, many windows in one dense pass.
public struct TokenScorer {
  /// The model.
  public let model: Transformer
  /// Type of products.
  public let precision: DType
  /// Tokens of a pass; a longer window is a pass of its own, and so is each whose rotation depends on its length.
  private var batchTokens: Int { model.frequenciesDependOnLength ? 0 : 2048 }

  /// A scorer of `model`.
  public init(_ model: Transformer, precision: DType) {
    self.model = model
    self.precision = precision
  }

  /// Hands out the scores before every counted token of `windows`, in order and a chunk at a time.
  /// - Parameters:
  ///   - ids: the whole text.
  ///   - begin: takes the place of each window's first id, nil leaves it.
  ///   - body: gets places of tokens in the text and float32 scores `[places, V]` of what stands there; it may
  ///     overwrite them.
  /// - Throws: ``LMError`` where an id is not in the vocabulary, or what `body` throws.
  /// - Complexity: a forward pass over all windows; memory O(D + F) for each token of a pass, and one chunk of
  ///   scores (``Transformer/forEachScores(after:rows:precision:_:)``).
  public func forEachScores(
    _ windows: [ScoringWindow], of ids: [Int32], begin: Int32? = nil,
    _ body: (Range<Int>, Tensor) throws(LMError) -> Void
  ) throws(LMError) {
    try check(ids)
    var next = 0
    while next < windows.count {
      var end = next + 1
      var tokens = windows[next].range.count
      while end < windows.count, tokens + windows[end].range.count <= batchTokens {
        tokens += windows[end].range.count
        end += 1
      }
      try pass(windows[next..<end], of: ids, begin, body)
      next = end
    }
  }

  private func pass(
    _ windows: ArraySlice<ScoringWindow>, of ids: [Int32], _ begin: Int32?,
    _ body: (Range<Int>, Tensor) throws(LMError) -> Void
  ) throws(LMError) {
    let read = windows.flatMap { window in
      begin.map { [$0] + ids[window.range].dropFirst() } ?? Array(ids[window.range])
    }
    let context = ForwardContext(lengths: windows.map(\.range.count), isCausal: true, precision: precision)
    let hidden = model.hidden(read, context).value
    var start = 0
    for window in windows {
      // The scores of a token stand in the row before it.
      let shift = start - window.range.lowerBound - 1
      let rows = window.scored.lowerBound + shift..<window.scored.upperBound + shift
      try model.forEachScores(after: hidden, rows: rows, precision: precision) {
        rows, scores throws(LMError) in
        try body(rows.lowerBound - shift..<rows.upperBound - shift, scores)
      }
      start += window.range.count
    }
  }

  /// −ln p of `targets` under float32 `scores` `[targets, V]`.
  /// - Throws: ``LMError`` where one is not a number or infinite.
  static func losses(_ scores: Tensor, targets: ArraySlice<Int32>) throws(LMError) -> [Float] {
    let losses = Tensor([targets.count])
    let width = scores.columnCount
    targets.withUnsafeBufferPointer { ids in
      guard let target = ids.baseAddress, let loss = losses.floats.baseAddress,
        let score = scores.floats.baseAddress
      else { return }
      parallel(targets.count, grain: max(1, elementGrain / max(1, width))) { range in
        Kernels.table.pointee.cross_entropy(
          LM_F32, range.count, width, width, score + range.lowerBound * width, target + range.lowerBound, 0,
          1,
          0, loss + range.lowerBound)
      }
    }
    let result = Array(losses.floats)
    guard result.allSatisfy(\.isFinite) else { throw notFinite }
    return result
  }

  static var notFinite: LMError {
    LMError(
      .diverged, at: "the model's scores", "are not finite numbers",
      remedy: "the weights are damaged or training diverged: take an earlier checkpoint or --precision fp32")
  }

  /// Checks that all ids are in the vocabulary.
  func check(_ ids: [Int32]) throws(LMError) {
    let size = model.configuration.vocabularySize
    guard let place = ids.firstIndex(where: { $0 < 0 || $0 >= size }) else { return }
    throw LMError(
      at: "the text, token \(place)", "has the id \(ids[place]), and the model's vocabulary has \(size)",
      remedy: "use the tokenizer that the model was trained with")
  }
}
