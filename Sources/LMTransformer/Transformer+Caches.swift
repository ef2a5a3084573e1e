import LMAttention
import LMTensor

extension Transformer {
  /// An empty cache for one sequence.
  public func makeCache(_ type: CacheType) -> SequenceCache {
    let shape = configuration.attentionShape
    return SequenceCache(
      blocks.map { KeyValueCache(shape, type: type, window: configuration.window(layer: $0.index)) })
  }

  /// Scores after the last row of sequences: float32 `[n, V]`.
  /// - Parameter chosen: Which sequences of `context`, by their index; nil means all.
  public func lastLogits(_ ids: [Int32], _ context: ForwardContext, of chosen: [Int]? = nil) -> Tensor {
    let x = hidden(ids, context)
    let sequences = context.ranges.sequences
    let chosen = chosen ?? Array(sequences.indices)
    let rows = chosen.map { Int32(sequences[$0].firstRow + sequences[$0].queries - 1) }
    let last = transformed(x.selecting(rows, tape: nil), context).value.converted(to: .float32)
    let scores = Tensor([chosen.count, configuration.vocabularySize])
    // A product of matrices packs its operands first, which pays when several rows share the weights.
    guard chosen.count < 3 else {
      head.multiply(last, bias: headBias?.value, precision: .float32, into: scores)
      if let cap = configuration.logitSoftCap { scores.softCapInPlace(cap) }
      return scores
    }
    for row in 0..<chosen.count {
      let own = scores.rows(row..<row + 1).reshaped([configuration.vocabularySize])
      head.multiply(vector: last.rows(row..<row + 1).reshaped([configuration.width]), into: own)
      if let headBias { own.addInPlace(headBias.value) }
    }
    if let cap = configuration.logitSoftCap { scores.softCapInPlace(cap) }
    return scores
  }

  /// Whether cached tokens can move to other positions: those of tables that join the embedding are part of
  /// all that follows, and must be computed again; so must keys whose frequencies depend on the length.
  public var canMoveTokens: Bool {
    switch configuration.position {
    case .rotary: !frequenciesDependOnLength
    case .alibi: true
    case .learned, .sinusoidal: false
    }
  }

  /// Whether a token's rotation depends on the length of its sequence (dynamic NTK): sequences of unequal
  /// lengths must then be read one by one.
  public var frequenciesDependOnLength: Bool {
    if case .rotary(let settings) = configuration.position, case .dynamic = settings.scaling {
      true
    } else {
      false
    }
  }

  /// Forgets the tokens of `range` and moves those behind them to their positions; see
  /// ``SequenceCache/remove(_:rotary:)`` for what of it is exact.
  /// - Precondition: ``canMoveTokens``.
  public func removeTokens(_ range: Range<Int>, from cache: SequenceCache) {
    precondition(canMoveTokens, "removeTokens: the positions of this model cannot change")
    cache.remove(range) { blocks[$0].rotary }
  }
}
