import LMRuntime
import Synchronization

/// Measures a tokenizer on texts of any size: memory is that of a window of text.
///
///     var inspection = TokenizerInspection(tokenizer)
///     try inspection.add(TextFiles(["de.txt"]), language: "German")
///     try inspection.add(TextFiles(["en.txt"]), language: "English")
///     print(inspection.report.groups)
public struct TokenizerInspection: Sendable {
  private let tokenizer: Tokenizer
  private var byteCount = 0
  private var tokenCount = 0
  private var isUsed: [Bool]
  private var groups: [String: Sums] = [:]

  private struct Sums {
    var words = 0
    var bytes = 0
    var tokens = 0
  }

  /// Most unused tokens that a report names.
  private static let exampleCount = 12

  /// A measurement of `tokenizer` on nothing.
  public init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    isUsed = Array(repeating: false, count: tokenizer.vocabularySize)
  }

  /// Adds a text.
  /// - Parameter language: Names the group of its words; nil groups them by script.
  /// - Throws: ``LMError`` where the text cannot be encoded.
  /// - Complexity: that of encoding, shared by `threads`.
  public mutating func add(
    _ text: UnsafeBufferPointer<UInt8>, language: String? = nil, threads: ThreadPool = .shared
  ) throws(LMError) {
    let cuts = RunSplitter().safeCuts(in: text, every: WordCounts.partSize)
    let parts = zip(cuts, cuts.dropFirst()).map { TextWindows.Part.text(text, $0..<$1, offset: 0) }
    try add(parts, language, threads) { part, body throws(LMError) in
      guard case .text(let text, let range, _) = part else { return }
      try body(UnsafeBufferPointer(rebasing: text[range]))
    }
  }

  /// Adds files, read window by window as ``WordCounts/add(_:threads:progress:)`` does.
  /// - Parameters:
  ///   - language: Names the group of their words; nil groups them by script.
  ///   - progress: Called after each window on the calling thread with the bytes of all files read so far.
  /// - Throws: ``LMError`` where a file cannot be read or is no text.
  public mutating func add(
    _ files: TextFiles, language: String? = nil, threads: ThreadPool = .shared,
    progress: ((Int) -> Void)? = nil
  ) throws(LMError) {
    var read = 0
    for path in files.paths {
      var windows = try TextWindows(path, windowSize: FileWindows.windowSize(threads))
      while let (parts, size) = try windows.next(RunSplitter()) {
        try add(parts, language, threads) { part, body throws(LMError) in
          try part.forEachText(of: path, body)
        }
        read += size
        progress?(read)
      }
    }
  }

  /// Encodes parts of a window and counts their words.
  private mutating func add(
    _ parts: [TextWindows.Part], _ language: String?, _ threads: ThreadPool,
    _ texts:
      @Sendable (
        TextWindows.Part, (UnsafeBufferPointer<UInt8>) throws(LMError) -> Void
      ) throws(LMError) -> Void
  ) throws(LMError) {
    let tokenizer = self.tokenizer
    let encoded = Mutex<[(ids: [Int32], bytes: Int)]>([])
    let failures = Mutex<[(part: Int, error: LMError)]>([])
    var words = WordCounts(splitter: RunSplitter())
    words.count(parts.count, threads) { part, table in
      do throws(LMError) {
        try texts(parts[part]) { text throws(LMError) in
          let ids = try tokenizer.encode(bytes: text, addSpecialTokens: false)
          encoded.withLock { $0.append((ids, text.count)) }
          table.add(text, 0..<text.count, RunSplitter())
        }
      } catch {
        failures.withLock { $0.append((part, error)) }
      }
    }
    if let first = failures.withLock({ $0.min { $0.part < $1.part } }) { throw first.error }
    for (ids, bytes) in encoded.withLock({ $0 }) {
      for id in ids { isUsed[Int(id)] = true }
      tokenCount += ids.count
      byteCount += bytes
    }
    try addWords(words, language)
  }

  /// Adds words, each of which is encoded once.
  private mutating func addWords(_ words: borrowing WordCounts, _ language: String?) throws(LMError) {
    var failure: LMError?
    words.forEach { word, count in
      do throws(LMError) {
        let tokens = try tokenizer.encode(bytes: word, addSpecialTokens: false).count
        let (script, number) = WritingScript.of(word)
        groups[language ?? script, default: Sums()].words += number * Int(count)
        groups[language ?? script, default: Sums()].bytes += word.count * Int(count)
        groups[language ?? script, default: Sums()].tokens += tokens * Int(count)
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }

  /// What has been measured so far.
  public var report: TokenizerReport {
    let unused = isUsed.indices.filter { !isUsed[$0] }
    let examples = unused.lazy.map { Int32($0) }
      .filter { !tokenizer.isSpecial($0) && (tokenizer.bytes(of: $0)?.count ?? 0) > 1 }
      .compactMap { tokenizer.token($0) }
    let longest = isUsed.indices.lazy.filter { isUsed[$0] }
      .map { tokenizer.bytes(of: Int32($0))?.count ?? 0 }.max()
    let groups = groups.map { name, sums in
      TokenizerReport.Group(
        name: name, wordCount: sums.words, byteCount: sums.bytes, tokenCount: sums.tokens)
    }
    return TokenizerReport(
      vocabularySize: isUsed.count, byteCount: byteCount, tokenCount: tokenCount,
      wordCount: groups.reduce(0) { $0 + $1.wordCount }, unusedCount: unused.count,
      unusedExamples: Array(examples.prefix(Self.exampleCount)), longestUsedToken: longest ?? 0,
      groups: groups.sorted { $0.wordCount != $1.wordCount ? $0.wordCount > $1.wordCount : $0.name < $1.name }
    )
  }
}

extension TextWindows.Part {
  /// Calls `body` with the texts of the part, checked.
  func forEachText(
    of path: String, _ body: (UnsafeBufferPointer<UInt8>) throws(LMError) -> Void
  ) throws(LMError) {
    switch self {
    case .text(let text, let range, let offset):
      let part = UnsafeBufferPointer(rebasing: text[range])
      try UTF8Text.check(part, from: offset + range.lowerBound, of: path)
      try body(part)
    case .lines(let lines, let first):
      try JSONTextLine.forEach(in: lines, first: first, of: path, body)
    }
  }
}
