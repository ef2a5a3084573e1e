/// Which keys each query may look at: the range `first[i] ..< last[i]`.
///
/// Every mask in use is such a range: causal, sliding window, padding, documents packed into one row, and
/// their intersections; so kernels know ranges only, and skip what no query of a tile can see.
public struct KeyRanges: Sendable, Equatable {
  /// First visible key of query i of sequence b, at b · T + i.
  public private(set) var first: [Int32]
  /// One past the last visible key.
  public private(set) var last: [Int32]
  /// Sequences B.
  public let batch: Int
  /// Queries T of a sequence.
  public let queries: Int
  /// Keys S of a sequence.
  public let keys: Int

  /// Every query sees every key.
  public static func all(batch: Int, queries: Int, keys: Int) -> KeyRanges {
    KeyRanges(batch: batch, queries: queries, keys: keys)
  }

  /// A query sees itself and what came before it; queries are the last `queries` of `keys` positions.
  public static func causal(batch: Int, queries: Int, keys: Int) -> KeyRanges {
    var ranges = KeyRanges(batch: batch, queries: queries, keys: keys)
    for index in 0..<batch * queries {
      ranges.last[index] = Int32(keys - queries + index % max(1, queries) + 1)
    }
    return ranges
  }

  /// Sequences of `lengths` tokens packed into one row, one behind the other: a query sees its own sequence, or
  /// what came before it there.
  public static func packed(lengths: [Int], causal: Bool) -> KeyRanges {
    let total = lengths.reduce(0, +)
    var ranges = KeyRanges(batch: 1, queries: total, keys: total)
    var start = 0
    for length in lengths {
      for index in start..<start + length {
        ranges.first[index] = Int32(start)
        ranges.last[index] = Int32(causal ? index + 1 : start + length)
      }
      start += length
    }
    return ranges
  }

  private init(batch: Int, queries: Int, keys: Int) {
    precondition(queries <= keys, "KeyRanges: \(queries) queries on \(keys) keys")
    self.batch = batch
    self.queries = queries
    self.keys = keys
    first = [Int32](repeating: 0, count: batch * queries)
    last = [Int32](repeating: Int32(keys), count: batch * queries)
  }

  /// Also hides keys that are `window` or more positions before the query, or behind it (sliding window).
  public func limited(window: Int) -> KeyRanges {
    var ranges = self
    for index in first.indices {
      let position = keys - queries + index % max(1, queries)
      ranges.first[index] = max(first[index], Int32(position - window + 1))
      ranges.last[index] = min(last[index], Int32(clamping: position + window))
    }
    return ranges
  }

  /// Also hides keys from `lengths[b]` on: padding at the end of shorter sequences.
  public func limited(lengths: [Int]) -> KeyRanges {
    precondition(lengths.count == batch, "KeyRanges: \(lengths.count) lengths for \(batch) sequences")
    var ranges = self
    for index in first.indices {
      ranges.last[index] = min(last[index], Int32(lengths[index / max(1, queries)]))
    }
    return ranges
  }

  /// Also hides keys of other documents; `documents[b · S + j]` names the document of position j.
  public func limited(documents: [Int32]) -> KeyRanges {
    precondition(
      documents.count == batch * keys, "KeyRanges: \(documents.count) documents for \(batch * keys) keys")
    var ranges = self
    for sequence in 0..<batch {
      let ids = documents[sequence * keys..<(sequence + 1) * keys]
      for query in 0..<queries {
        let own = ids.startIndex + keys - queries + query
        var (low, high) = (own, own + 1)
        while low > ids.startIndex, ids[low - 1] == ids[own] { low -= 1 }
        while high < ids.endIndex, ids[high] == ids[own] { high += 1 }
        let index = sequence * queries + query
        ranges.first[index] = max(first[index], Int32(low - ids.startIndex))
        ranges.last[index] = min(last[index], Int32(high - ids.startIndex))
      }
    }
    return ranges
  }
}
