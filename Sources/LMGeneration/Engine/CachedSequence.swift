import LMAttention

/// Tokens with their keys and values: what a model has read of one text.
public final class CachedSequence {
  /// The tokens whose keys and values are cached, by position.
  public private(set) var ids: [Int32]
  /// Their keys and values.
  public let cache: SequenceCache

  /// What `cache` holds of `ids`.
  public init(_ ids: [Int32], _ cache: SequenceCache) {
    precondition(ids.count == cache.count, "CachedSequence: \(ids.count) ids for \(cache.count) cached")
    self.ids = ids
    self.cache = cache
  }

  /// How many tokens `prompt` has in common with this text from the beginning.
  public func commonPrefix(with prompt: [Int32]) -> Int {
    zip(ids, prompt).prefix { $0 == $1 }.count
  }

  /// The same text, to be continued in another way; the memory of what both keep is shared.
  public func fork() -> CachedSequence { CachedSequence(ids, cache.fork()) }

  /// Forgets the tokens from `count` on, or all where layers with windows no longer have what it takes.
  /// - Returns: How many are left.
  @discardableResult
  public func truncate(to count: Int) -> Int {
    let kept = cache.truncate(to: count)
    ids.removeLast(ids.count - kept)
    return kept
  }

  /// Notes tokens that the model has read meanwhile.
  func append(_ tokens: ArraySlice<Int32>) {
    ids += tokens
  }

  /// Notes that the tokens of `range` were removed from the cache.
  func remove(_ range: Range<Int>) {
    ids.removeSubrange(range)
  }
}
