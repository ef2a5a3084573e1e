extension SplitPattern {
  /// Calls `body` with every pre-token of the bytes `range` of the text, from left to right.
  @inline(__always) static func forEachPiece(
    _ pattern: SplitPattern?, _ text: TextCursor, _ range: Range<Int>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    switch pattern {
    case nil: forEach(WholeTextSplitter(text: text), text, range, body)
    case .gpt2: forEach(GPT2Splitter(text: text), text, range, body)
    case .cl100k, .llama3: forEach(CL100KSplitter(text: text, digits: 3), text, range, body)
    case .qwen2: forEach(CL100KSplitter(text: text, digits: 1), text, range, body)
    case .o200k: forEach(O200KSplitter(text: text), text, range, body)
    }
  }

  @inline(__always) private static func forEach(
    _ splitter: some PieceSplitter, _ text: TextCursor, _ range: Range<Int>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var splitter = splitter
    var start = range.lowerBound
    while start < range.upperBound {
      let end = splitter.pieceEnd(from: start)
      body(UnsafeBufferPointer(start: text.bytes + start, count: end - start))
      start = end
    }
  }

  /// The pre-tokens of `text`; their concatenation is the text.
  public func pieces(of text: [UInt8]) -> [[UInt8]] {
    text.withUnsafeBufferPointer { bytes in
      var pieces: [[UInt8]] = []
      SplitPattern.forEachPiece(self, TextCursor(bytes), 0..<bytes.count) { pieces.append(Array($0)) }
      return pieces
    }
  }
}

extension SplitPattern {
  /// The pre-token that starts at `start`, nil at the end of the text: every pattern covers the whole text.
  func nextMatch(in text: TextCursor, from start: Int) -> Range<Int>? {
    guard start < text.count else { return nil }
    switch self {
    case .gpt2:
      var splitter = GPT2Splitter(text: text)
      return start..<splitter.pieceEnd(from: start)
    case .cl100k, .llama3:
      var splitter = CL100KSplitter(text: text, digits: 3)
      return start..<splitter.pieceEnd(from: start)
    case .qwen2:
      var splitter = CL100KSplitter(text: text, digits: 1)
      return start..<splitter.pieceEnd(from: start)
    case .o200k:
      var splitter = O200KSplitter(text: text)
      return start..<splitter.pieceEnd(from: start)
    }
  }
}
