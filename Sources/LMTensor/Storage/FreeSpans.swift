/// Unused stretches of memory in the order of their addresses; neighbours become one.
///
/// Best fit (Knuth, The Art of Computer Programming 1, §2.5): the shortest stretch that is long enough gives
/// its end, so that memory which grows downwards leaves its unused part at the bottom, where the next growth
/// joins it. No two stretches touch.
package struct FreeSpans {
  /// Bytes from one address on.
  package struct Span: Equatable {
    /// First byte.
    package var start: Int
    /// Bytes, at least 1.
    package var size: Int

    /// A span.
    package init(start: Int, size: Int) {
      self.start = start
      self.size = size
    }

    var end: Int { start + size }
  }

  /// By address.
  package private(set) var spans: [Span] = []

  /// Nothing is free.
  package init() {}

  /// Bytes of all spans.
  package var byteCount: Int { spans.reduce(0) { $0 + $1.size } }

  /// Removes `size` bytes and gives their address; nil where no span is long enough.
  /// - Complexity: O(spans).
  package mutating func take(_ size: Int) -> Int? {
    var best: Int?
    for (index, span) in spans.enumerated() where span.size >= size {
      if best.map({ span.size < spans[$0].size }) ?? true { best = index }
    }
    guard let best else { return nil }
    spans[best].size -= size
    let start = spans[best].end
    if spans[best].size == 0 { spans.remove(at: best) }
    return start
  }

  /// Adds `size` bytes from `start` on.
  /// - Complexity: O(spans).
  /// - Precondition: none of them is free already.
  package mutating func insert(_ start: Int, size: Int) {
    var (low, high) = (0, spans.count)
    while low < high {
      let middle = (low + high) / 2
      if spans[middle].start < start { low = middle + 1 } else { high = middle }
    }
    precondition(
      (low == 0 || spans[low - 1].end <= start) && (low == spans.count || start + size <= spans[low].start),
      "FreeSpans: \(size) bytes at \(start) are free already")
    var span = Span(start: start, size: size)
    if low < spans.count, spans[low].start == span.end { span.size += spans.remove(at: low).size }
    if low > 0, spans[low - 1].end == start {
      spans[low - 1].size += span.size
    } else {
      spans.insert(span, at: low)
    }
  }
}
