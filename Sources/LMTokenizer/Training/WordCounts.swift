import LMRuntime

/// How often every pre-token occurs in a corpus: all that training keeps of the text.
///
/// Memory grows with the number of distinct pre-tokens, not with the text. The counts do not depend on the
/// number of threads.
public struct WordCounts: ~Copyable {
  /// How texts are cut.
  public let pattern: SplitPattern
  /// Bytes of text that were counted.
  public private(set) var byteCount = 0
  private(set) var table = WordTable()

  /// Counts of nothing.
  public init(pattern: SplitPattern) { self.pattern = pattern }

  /// Number of distinct pre-tokens.
  public var wordCount: Int { table.count }

  /// Counts the pre-tokens of one document; no pre-token crosses its ends.
  /// - Complexity: O(bytes), shared by `threads`.
  public mutating func add(_ document: UnsafeBufferPointer<UInt8>, threads: ThreadPool = .shared) {
    let text = TextCursor(document)
    let cuts = text.safeCuts(every: Self.partSize)
    let tables = UnsafeMutablePointer<WordTable>.allocate(capacity: threads.threadCount)
    for thread in 0..<threads.threadCount { (tables + thread).initialize(to: WordTable()) }
    defer {
      tables.deinitialize(count: threads.threadCount)
      tables.deallocate()
    }
    let pattern = self.pattern
    threads.run(cuts.count - 1) { part, thread in
      SplitPattern.forEachPiece(pattern, text, cuts[part]..<cuts[part + 1]) { tables[thread].add($0) }
    }
    for thread in 0..<threads.threadCount { table.add(tables[thread]) }
    byteCount += document.count
  }

  /// Counts the pre-tokens of one document given as an array; see ``add(_:threads:)``.
  public mutating func add(_ document: [UInt8], threads: ThreadPool = .shared) {
    document.withUnsafeBufferPointer { add($0, threads: threads) }
  }

  private static let partSize = 256 << 10
}
