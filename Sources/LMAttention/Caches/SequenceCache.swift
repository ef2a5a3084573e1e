import LMTensor

/// Keys and values of one sequence in all layers of a model.
///
///     let prompt = model.makeCache(type: .float32)   // filled by one pass over the prompt
///     let samples = (0..<4).map { _ in prompt.fork() }  // four continuations, the prompt held once
public final class SequenceCache {
  /// One cache per layer.
  public let layers: [KeyValueCache]

  /// A cache of these layers, which hold equally many tokens.
  public init(_ layers: [KeyValueCache]) {
    precondition(
      layers.allSatisfy { $0.count == layers[0].count }, "SequenceCache: layers of unequal lengths")
    self.layers = layers
  }

  /// Tokens that were appended.
  public var count: Int { layers.first?.count ?? 0 }

  /// Bytes of all pages; those shared with other caches count here too.
  public var byteCount: Int { layers.reduce(0) { $0 + $1.byteCount } }

  /// A cache with the same tokens, which shares the memory of those that both keep.
  /// - Complexity: O(pages); the last page of each layer is copied when one of the two goes on.
  public func fork() -> SequenceCache { SequenceCache(layers.map { $0.fork() }) }

  /// Forgets the tokens from `count` on. A layer with a sliding window may have given back what the tokens
  /// before can see; then everything is forgotten.
  /// - Returns: How many tokens are left: `count`, or 0.
  @discardableResult
  public func truncate(to count: Int) -> Int {
    guard layers.allSatisfy({ $0.canTruncate(to: count) }) else {
      clear()
      return 0
    }
    for layer in layers { layer.truncate(to: count) }
    return count
  }

  /// Forgets everything.
  public func clear() {
    for layer in layers { layer.restart(at: 0) }
  }

  /// Forgets the tokens of `range` and moves those behind it into their place (llama.cpp's context shift).
  ///
  /// Keys are turned back by as many positions as they move (arXiv 2104.09864: a rotation by p and one by −n
  /// are one by p − n). In the first layer this equals computing them at the new positions, up to rounding;
  /// keys and values of the layers above still know of the tokens that were removed.
  /// - Parameter rotary: How each layer turns its keys; nil where it does not (ALiBi).
  public func remove(_ range: Range<Int>, rotary: (Int) -> RotaryPositions?) {
    for (index, layer) in layers.enumerated() { layer.remove(range, rotary: rotary(index)) }
  }
}
