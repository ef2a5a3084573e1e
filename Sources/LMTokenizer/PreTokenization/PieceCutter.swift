/// A piece of the text on its way through the steps of a pre-tokenizer.
struct TextPiece {
  let text: TextCursor
  /// The origin of every byte, where it is asked for.
  let origins: UnsafePointer<TextRewriter.Origin>?
  /// True where the piece starts at the beginning of the original text.
  let startsText: Bool

  /// A part of the piece.
  @inline(__always) func part(_ range: Range<Int>) -> TextPiece {
    TextPiece(
      text: text.part(range), origins: origins.map { $0 + range.lowerBound },
      startsText: startsText && range.lowerBound == 0)
  }
}

/// Runs the steps of a pre-tokenizer over a text, piece by piece, without a list of pieces in between.
struct PieceCutter: Sendable {
  private let steps: [PreTokenizer]
  /// False where the model is on bytes, so that ByteLevel need not write them as characters.
  private let mapsBytes: Bool

  init(_ preTokenizer: PreTokenizer, mapsBytes: Bool) {
    steps = preTokenizer.steps
    self.mapsBytes = mapsBytes
  }

  /// Calls `body` with every piece that is not empty, from left to right.
  /// - Complexity: O(bytes) for each step.
  func forEachPiece(of piece: TextPiece, _ body: (TextPiece) -> Void) {
    if steps.isEmpty { return piece.text.count > 0 ? body(piece) : () }
    run(0, piece, body)
  }

  private func run(_ step: Int, _ piece: TextPiece, _ body: (TextPiece) -> Void) {
    guard piece.text.count > 0 else { return }
    if step + 1 == steps.count {
      split(steps[step], piece, body)
    } else {
      split(steps[step], piece) { run(step + 1, $0, body) }
    }
  }

  private func split(_ step: PreTokenizer, _ piece: TextPiece, _ body: (TextPiece) -> Void) {
    let text = piece.text
    switch step {
    case .byteLevel(let step): byteLevel(step, piece, body)
    case .bert: BertSplitter.forEachWord(of: text) { body(piece.part($0)) }
    case .whitespace: WordSplitter.forEachWord(of: text) { body(piece.part($0)) }
    case .whitespaceSplit: byClass(.space, .removed, piece, body)
    case .punctuation(let behavior): byClass(.punctuation, behavior, piece, body)
    case .digits(let individually): byClass(.number, individually ? .isolated : .contiguous, piece, body)
    case .metaspace(let metaspace): self.metaspace(metaspace, piece, body)
    case .split(let pattern, let behavior, let isInverted):
      var joiner = PieceJoiner(behavior)
      pattern.forEachPart(of: text) { range, isMatch in
        joiner.add(range, isMatch: isMatch != isInverted) { body(piece.part($0)) }
      }
      joiner.finish { body(piece.part($0)) }
    case .delimiter(let delimiter): byText(Array(delimiter.utf8), .removed, piece, body)
    case .fixedLength(let length): fixedLength(length, piece, body)
    case .sequence: body(piece)
    }
  }

  /// Every code point of `set` is a match of its own.
  private func byClass(
    _ set: ReferenceClass, _ behavior: SplitBehavior, _ piece: TextPiece, _ body: (TextPiece) -> Void
  ) {
    let text = piece.text
    if behavior == .removed { return withoutClass(set, piece, body) }
    var joiner = PieceJoiner(behavior)
    var done = 0
    var index = 0
    while index < text.count {
      let (codePoint, length) = text.codePoint(index)
      if ReferenceClass.of(codePoint).contains(set) {
        if done < index { joiner.add(done..<index, isMatch: false) { body(piece.part($0)) } }
        joiner.add(index..<index + length, isMatch: true) { body(piece.part($0)) }
        done = index + length
      }
      index += length
    }
    if done < index { joiner.add(done..<index, isMatch: false) { body(piece.part($0)) } }
    joiner.finish { body(piece.part($0)) }
  }

  /// The runs without code points of `set`.
  private func withoutClass(_ set: ReferenceClass, _ piece: TextPiece, _ body: (TextPiece) -> Void) {
    let text = piece.text
    let table = ReferenceClass.table
    var start = 0
    var index = 0
    while index < text.count {
      let (codePoint, length) = text.codePoint(index)
      if codePoint != TextCursor.invalid, table[codePoint] & set.rawValue != 0 {
        if start < index { body(piece.part(start..<index)) }
        start = index &+ length
      }
      index &+= length
    }
    if start < index { body(piece.part(start..<index)) }
  }

  private func byText(
    _ needle: [UInt8], _ behavior: SplitBehavior, _ piece: TextPiece, _ body: (TextPiece) -> Void
  ) {
    var joiner = PieceJoiner(behavior)
    var done = 0
    while let match = piece.text.firstOccurrence(of: needle, from: done) {
      if done < match.lowerBound {
        joiner.add(done..<match.lowerBound, isMatch: false) { body(piece.part($0)) }
      }
      joiner.add(match, isMatch: true) { body(piece.part($0)) }
      done = match.upperBound
    }
    if done < piece.text.count {
      joiner.add(done..<piece.text.count, isMatch: false) { body(piece.part($0)) }
    }
    joiner.finish { body(piece.part($0)) }
  }

  private func fixedLength(_ length: Int, _ piece: TextPiece, _ body: (TextPiece) -> Void) {
    var start = 0
    var index = 0
    var count = 0
    while index < piece.text.count {
      index += piece.text.codePoint(index).length
      count += 1
      if count == length || index == piece.text.count {
        body(piece.part(start..<index))
        start = index
        count = 0
      }
    }
  }

  private func byteLevel(_ step: ByteLevelStep, _ piece: TextPiece, _ body: (TextPiece) -> Void) {
    let addsSpace = step.addsPrefixSpace && piece.text.bytes[0] != 0x20
    rewritten(piece, addsSpace) { output in
      output.emit(0x20, for: 0..<output.input.codePoint(0).length)
      output.keep(0..<output.input.count)
    } body: { piece in
      guard step.usesPattern else { return mapped(piece, body) }
      SplitPattern.forEachPiece(.gpt2, piece.text, 0..<piece.text.count) { bytes in
        guard let base = bytes.baseAddress else { return }
        let start = base - piece.text.bytes
        mapped(piece.part(start..<start + bytes.count), body)
      }
    }
  }

  private func mapped(_ piece: TextPiece, _ body: (TextPiece) -> Void) {
    guard mapsBytes else { return body(piece) }
    if piece.origins == nil, piece.text.count <= Self.shortLength {
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * Self.shortLength) { buffer in
        let count = ByteLevelAlphabet.write(piece.text, to: buffer)
        let text = TextCursor(UnsafeBufferPointer(rebasing: buffer[..<count]))
        body(TextPiece(text: text, origins: nil, startsText: piece.startsText))
      }
    }
    rewritten(piece, true) {
      ByteLevelAlphabet.map(&$0)
    } body: {
      body($0)
    }
  }

  /// Pieces up to this length are changed on the stack.
  private static let shortLength = 256

  private func metaspace(_ metaspace: Metaspace, _ piece: TextPiece, _ body: (TextPiece) -> Void) {
    let mark = metaspace.mark
    let first = piece.text.bytes[0]
    let hasMark = first == 0x20 || piece.text.hasPrefix(mark, at: 0)
    let prepends =
      switch metaspace.prependScheme {
      case .always: !hasMark
      case .first: !hasMark && piece.startsText
      case .never: false
      }
    if piece.origins == nil, piece.text.count <= Self.shortLength, mark.count <= 4,
      piece.text.firstOccurrence(of: Metaspace.space, from: 0) == nil
    {
      return prepended(prepends ? mark : [], piece) { piece in
        if metaspace.splits {
          byText(mark, .mergedWithNext, piece, body)
        } else {
          body(piece)
        }
      }
    }
    rewritten(piece, true) { output in
      let text = output.input
      if prepends { output.emit(mark, for: 0..<text.codePoint(0).length) }
      var done = 0
      while let space = text.firstOccurrence(of: Metaspace.space, from: done) {
        output.keep(done..<space.lowerBound)
        output.emit(mark, for: space)
        done = space.upperBound
      }
      output.keep(done..<text.count)
    } body: { piece in
      if metaspace.splits { byText(mark, .mergedWithNext, piece, body) } else { body(piece) }
    }
  }

  /// Hands `body` a short piece with a mark in front.
  private func prepended(_ mark: [UInt8], _ piece: TextPiece, _ body: (TextPiece) -> Void) {
    if mark.isEmpty { return body(piece) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.shortLength + 4) { buffer in
      guard let base = buffer.baseAddress else { return }
      for (index, byte) in mark.enumerated() { base[index] = byte }
      (base + mark.count).update(from: piece.text.bytes, count: piece.text.count)
      let text = TextCursor(UnsafeBufferPointer(start: base, count: mark.count + piece.text.count))
      body(TextPiece(text: text, origins: nil, startsText: piece.startsText))
    }
  }

  /// Hands `body` the piece after a change of its text, or the piece as it is.
  private func rewritten(
    _ piece: TextPiece, _ changes: Bool, _ change: (inout TextRewriter) -> Void, body: (TextPiece) -> Void
  ) {
    guard changes else { return body(piece) }
    let origins = piece.origins.map { Array(UnsafeBufferPointer(start: $0, count: piece.text.count)) }
    var output = TextRewriter(piece.text, origins: origins)
    change(&output)
    let result = output.finish()
    guard let bytes = result.bytes else { return body(piece) }
    bytes.withUnsafeBufferPointer { bytes in
      let text = TextCursor(bytes)
      guard let origins = result.origins else {
        return body(TextPiece(text: text, origins: nil, startsText: piece.startsText))
      }
      origins.withUnsafeBufferPointer {
        body(TextPiece(text: text, origins: $0.baseAddress, startsText: piece.startsText))
      }
    }
  }
}

extension Metaspace {
  fileprivate static let space: [UInt8] = [0x20]
}

/// BERT's words: runs without white space and punctuation, and every punctuation mark.
enum BertSplitter {
  @inline(__always) static func forEachWord(of text: TextCursor, _ body: (Range<Int>) -> Void) {
    var start = 0
    var index = 0
    while index < text.count {
      let (codePoint, length) = text.codePoint(index)
      let classes = ReferenceClass.of(codePoint).rawValue
      if classes & (ReferenceClass.space.rawValue | ReferenceClass.punctuation.rawValue) != 0 {
        if start < index { body(start..<index) }
        if classes & ReferenceClass.space.rawValue == 0 { body(index..<index &+ length) }
        start = index &+ length
      }
      index &+= length
    }
    if start < index { body(start..<index) }
  }
}

/// `\w+|[^\w\s]+`.
enum WordSplitter {
  @inline(__always) static func forEachWord(of text: TextCursor, _ body: (Range<Int>) -> Void) {
    let kinds = ReferenceClass.space.rawValue | ReferenceClass.word.rawValue
    var start = 0
    var kind = ReferenceClass.space.rawValue
    var index = 0
    while index < text.count {
      let (codePoint, length) = text.codePoint(index)
      let next = ReferenceClass.of(codePoint).rawValue & kinds
      if next != kind {
        if kind != ReferenceClass.space.rawValue, start < index { body(start..<index) }
        start = index
        kind = next
      }
      index &+= length
    }
    if kind != ReferenceClass.space.rawValue, start < index { body(start..<index) }
  }
}
