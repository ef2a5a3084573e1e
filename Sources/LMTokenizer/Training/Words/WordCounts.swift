import LMRuntime

/// How often every word (pre-token) occurs in a corpus: all that training keeps of the text.
///
/// Memory grows with the number of distinct words, not with the text. What is trained from the counts depends
/// neither on the number of threads nor on how the text was handed over.
public struct WordCounts: ~Copyable {
  /// How texts are cut into words.
  public let splitter: any WordSplitter
  /// Bytes of text that were counted.
  public private(set) var byteCount = 0

  /// Words by the highest ``shardBits`` bits of their hashes, so that threads add to different tables.
  private let shards: UnsafeMutablePointer<WordTable>
  /// A table for each thread, empty between calls.
  private var tables: UnsafeMutablePointer<WordTable>
  private var tableCount = 0

  private static let shardBits = 4
  private static let shardCount = 1 << shardBits
  /// Bytes of text that are worth a part of their own.
  static let partSize = 128 << 10

  /// Counts of nothing, for text that `splitter` cuts.
  public init(splitter: some WordSplitter) {
    self.splitter = splitter
    shards = .allocate(capacity: Self.shardCount)
    for shard in 0..<Self.shardCount {
      (shards + shard).initialize(to: WordTable(ignoredBits: Self.shardBits))
    }
    tables = .allocate(capacity: 0)
  }

  /// Counts of nothing, for text that `pattern` cuts.
  public init(pattern: SplitPattern) { self.init(splitter: pattern) }

  deinit {
    shards.deinitialize(count: Self.shardCount)
    shards.deallocate()
    tables.deinitialize(count: tableCount)
    tables.deallocate()
  }

  /// The pattern that cuts the text, nil where another ``WordSplitter`` does.
  public var pattern: SplitPattern? { splitter as? SplitPattern }

  /// Number of distinct words.
  public var wordCount: Int { (0..<Self.shardCount).reduce(0) { $0 + shards[$1].count } }

  /// Counts the words of one document; no word crosses its ends.
  /// - Complexity: O(bytes), shared by `threads`.
  public mutating func add(_ document: UnsafeBufferPointer<UInt8>, threads: ThreadPool = .shared) {
    let cuts = splitter.safeCuts(in: document, every: Self.partSize)
    let splitter = self.splitter
    count(cuts.count - 1, threads) { part, words in
      words.add(document, cuts[part]..<cuts[part + 1], splitter)
    }
    byteCount += document.count
  }

  /// Counts the words of one document given as an array; see ``add(_:threads:)``.
  public mutating func add(_ document: [UInt8], threads: ThreadPool = .shared) {
    document.withUnsafeBufferPointer { add($0, threads: threads) }
  }

  /// Counts what `body` adds for each of `parts` parts to the table that it gets, and then all tables together.
  mutating func count(
    _ parts: Int, _ threads: ThreadPool, _ body: (_ part: Int, _ words: inout WordTable) -> Void
  ) {
    makeTables(threads.threadCount)
    let (tables, shards) = (tables, shards)
    threads.run(parts) { part, thread in body(part, &tables[thread]) }
    threads.run(Self.shardCount) { shard, _ in
      for thread in 0..<threads.threadCount {
        shards[shard].add(tables[thread], shard: shard, Self.shardBits)
      }
    }
    for thread in 0..<threads.threadCount { tables[thread].removeAll() }
  }

  /// Notes that text of so many bytes was counted.
  mutating func note(byteCount count: Int) { byteCount += count }

  /// Gives back the memory of the threads' tables.
  mutating func removeTables() {
    tables.deinitialize(count: tableCount)
    tables.deallocate()
    tables = .allocate(capacity: 0)
    tableCount = 0
  }

  private mutating func makeTables(_ wanted: Int) {
    guard wanted > tableCount else { return }
    removeTables()
    tables.deallocate()
    tables = .allocate(capacity: wanted)
    for thread in 0..<wanted { (tables + thread).initialize(to: WordTable()) }
    tableCount = wanted
  }

  /// Calls `body` with every distinct word and how often it occurs, in no particular order.
  public func forEach(_ body: (_ word: UnsafeBufferPointer<UInt8>, _ count: Int64) -> Void) {
    for shard in 0..<Self.shardCount { shards[shard].forEach(body) }
  }
}

extension WordTable {
  /// Counts the words of the bytes `range` of a text.
  mutating func add(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ splitter: any WordSplitter) {
    guard let first = text.baseAddress else { return }
    // A splitter may hand over words that lie elsewhere: those are read byte by byte.
    let bytes = first...(first + max(0, text.count - 16))
    splitter.forEachWord(in: text, range) { word in
      let isWide = text.count >= 16 && word.baseAddress.map { bytes.contains($0) } ?? false
      add(word, isWide: isWide)
    }
  }
}
