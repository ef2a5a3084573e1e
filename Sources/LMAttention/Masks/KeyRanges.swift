/// Which keys each query may look at: the range `first[i] ..< last[i]`.
///
/// Every mask in use is such a range: causal, sliding window, padding, documents packed into one row, and
/// their intersections; so kernels know ranges only, and skip what no query of a tile can see.
public struct KeyRanges: Sendable, Equatable {
  /// One sequence of a batch: its rows, and how many keys it has.
  public struct Sequence: Sendable, Equatable {
    /// Row of its first query among those of the batch.
    public let firstRow: Int
    /// Queries T, the last of its positions.
    public let queries: Int
    /// Keys S, at least T.
    public let keys: Int

    /// Position of the first query: how many keys were there before.
    public var offset: Int { keys - queries }
  }

  /// First visible key of each query, in the order of the rows.
  public private(set) var first: [Int32]
  /// One past the last visible key.
  public private(set) var last: [Int32]
  /// The sequences, in the order of their rows.
  public let sequences: [Sequence]
  /// Queries T of the longest sequence.
  public let queries: Int
  /// Keys S of the longest sequence.
  public let keys: Int

  /// Sequences B.
  public var batch: Int { sequences.count }
  /// Queries of all sequences.
  public var rowCount: Int { first.count }
  /// Whether all sequences have equally many queries and equally many keys.
  public var isUniform: Bool { sequences.allSatisfy { $0.queries == queries && $0.keys == keys } }

  /// Every query sees every key.
  public static func all(batch: Int, queries: Int, keys: Int) -> KeyRanges {
    KeyRanges([(queries: Int, keys: Int)](repeating: (queries, keys), count: batch))
  }

  /// A query sees itself and what came before it; queries are the last `queries` of `keys` positions.
  public static func causal(batch: Int, queries: Int, keys: Int) -> KeyRanges {
    causal([(queries: Int, keys: Int)](repeating: (queries, keys), count: batch))
  }

  /// The same for sequences of unequal lengths, whose rows stand one after the other without padding.
  public static func causal(_ sequences: [(queries: Int, keys: Int)]) -> KeyRanges {
    var ranges = KeyRanges(sequences)
    ranges.forEachQuery { $1 = min($1, Int32($2 + 1)) }
    return ranges
  }

  /// Complete sequences of `lengths` tokens, their rows one after the other without padding: a query sees its own
  /// sequence, or what came before it there.
  public static func packed(lengths: [Int], causal isCausal: Bool) -> KeyRanges {
    let sizes = lengths.map { (queries: $0, keys: $0) }
    return isCausal ? causal(sizes) : KeyRanges(sizes)
  }

  private init(_ sizes: [(queries: Int, keys: Int)]) {
    var row = 0
    sequences = sizes.map { queries, keys in
      precondition(queries <= keys, "KeyRanges: \(queries) queries on \(keys) keys")
      defer { row += queries }
      return Sequence(firstRow: row, queries: queries, keys: keys)
    }
    queries = sizes.map(\.queries).max() ?? 0
    keys = sizes.map(\.keys).max() ?? 0
    first = [Int32](repeating: 0, count: row)
    last = sizes.flatMap { [Int32](repeating: Int32($0.keys), count: $0.queries) }
  }

  /// Calls `body(&first, &last, position)` for every query.
  private mutating func forEachQuery(_ body: (inout Int32, inout Int32, Int) -> Void) {
    for sequence in sequences {
      for query in 0..<sequence.queries {
        let row = sequence.firstRow + query
        body(&first[row], &last[row], sequence.offset + query)
      }
    }
  }

  /// Also hides keys that are `window` or more positions before the query, or behind it (sliding window).
  public func limited(window: Int) -> KeyRanges {
    var ranges = self
    ranges.forEachQuery { first, last, position in
      first = max(first, Int32(position - window + 1))
      last = min(last, Int32(clamping: position + window))
    }
    return ranges
  }

  /// Also shows the first `prefixes[b]` keys of a sequence to all its queries (prefix LM, arXiv 1910.10683).
  public func showing(prefixes: [Int]) -> KeyRanges {
    precondition(prefixes.count == batch, "KeyRanges: \(prefixes.count) prefixes for \(batch) sequences")
    var ranges = self
    for (sequence, prefix) in zip(sequences, prefixes) {
      for row in sequence.firstRow..<sequence.firstRow + sequence.queries {
        ranges.last[row] = max(last[row], Int32(min(sequence.keys, prefix)))
      }
    }
    return ranges
  }

  /// Also hides keys from `lengths[b]` on: padding at the end of shorter sequences.
  public func limited(lengths: [Int]) -> KeyRanges {
    precondition(lengths.count == batch, "KeyRanges: \(lengths.count) lengths for \(batch) sequences")
    var ranges = self
    for (sequence, length) in zip(sequences, lengths) {
      for row in sequence.firstRow..<sequence.firstRow + sequence.queries {
        ranges.last[row] = min(last[row], Int32(length))
      }
    }
    return ranges
  }

  /// Also hides keys of other documents; `documents` names the document of every key, sequence by sequence.
  public func limited(documents: [Int32]) -> KeyRanges {
    let count = sequences.reduce(0) { $0 + $1.keys }
    precondition(documents.count == count, "KeyRanges: \(documents.count) documents for \(count) keys")
    var ranges = self
    var start = 0
    for sequence in sequences {
      let ids = documents[start..<start + sequence.keys]
      start += sequence.keys
      for query in 0..<sequence.queries {
        let own = ids.startIndex + sequence.offset + query
        var (low, high) = (own, own + 1)
        while low > ids.startIndex, ids[low - 1] == ids[own] { low -= 1 }
        while high < ids.endIndex, ids[high] == ids[own] { high += 1 }
        let row = sequence.firstRow + query
        ranges.first[row] = max(first[row], Int32(low - ids.startIndex))
        ranges.last[row] = min(last[row], Int32(high - ids.startIndex))
      }
    }
    return ranges
  }

  /// Also hides keys before `held[b]`: those that a cache no longer has.
  func limited(held: [Int]) -> KeyRanges {
    guard held.contains(where: { $0 > 0 }) else { return self }
    var ranges = self
    for (sequence, start) in zip(sequences, held) {
      for row in sequence.firstRow..<sequence.firstRow + sequence.queries {
        ranges.first[row] = min(max(first[row], Int32(start)), last[row])
      }
    }
    return ranges
  }
}
