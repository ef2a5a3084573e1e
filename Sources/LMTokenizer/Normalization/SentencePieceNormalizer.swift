import LMRuntime

/// What sentencepiece's normalizer does to a text, in one pass: characters by the map of the model, spaces to ▁.
///
/// User-defined pieces stay as they stand. Only U+0020 is a space here. Where there is a map, a byte that is no
/// UTF-8 becomes U+FFFD; without one it stays.
package struct SentencePieceNormalizer: Sendable, Equatable {
  private static let mark = Array("\u{2581}".utf8)
  private static let space = UInt8(ascii: " ")

  /// The same as steps of tokenizer.json, which knows no user-defined pieces.
  package let steps: [Normalizer]
  private let map: CharacterMap?
  private let addsDummyPrefix: Bool
  private let removesExtraSpaces: Bool
  private let userDefined: UserDefinedPieces?
  /// True for bytes that stay as they are before another such byte.
  private let isPlain: [Bool]

  /// The normalizer of a model.
  /// - Throws: ``LMError`` where the map is malformed.
  init(
    _ specification: SentencePieceModel.Normalization, userDefined: UserDefinedPieces?, at place: String
  ) throws(LMError) {
    let blob = specification.precompiledCharsmap
    let map = blob.isEmpty ? nil : try CharacterMap(blob, at: place)
    self.map = map
    self.userDefined = userDefined
    addsDummyPrefix = specification.addsDummyPrefix
    removesExtraSpaces = specification.removesExtraSpaces
    isPlain = (0..<256).map { value in
      let byte = UInt8(value)
      let isMapped = map.map { byte >= 0x80 || !$0.keepsASCII(byte) } ?? false
      return byte != Self.space && !isMapped && !(userDefined?.canBegin(with: byte) ?? false)
    }
    steps = try Self.steps(map, specification)
  }

  private static func steps(
    _ map: CharacterMap?, _ specification: SentencePieceModel.Normalization
  ) throws(LMError) -> [Normalizer] {
    var steps: [Normalizer] = []
    if let map { steps.append(.precompiled(map)) }
    if specification.removesExtraSpaces {
      steps.append(.replace(try TextPattern(regex: #"\A +"#), ""))
      steps.append(.replace(try TextPattern(regex: " +"), " "))
    }
    if specification.addsDummyPrefix { steps.append(.prepend(" ")) }
    steps.append(.replace(TextPattern(" "), "\u{2581}"))
    // At the end of the text marks go that it had itself, too.
    if specification.removesExtraSpaces {
      steps.append(.replace(try TextPattern(regex: #"\u2581+\z"#), ""))
    }
    return steps
  }

  package static func == (left: SentencePieceNormalizer, right: SentencePieceNormalizer) -> Bool {
    left.steps == right.steps && left.userDefined?.ids == right.userDefined?.ids
  }

  /// Normalizes the input of `output`.
  /// - Complexity: O(bytes · longest key of the map).
  func normalize(_ output: inout TextRewriter) {
    let text = output.input
    var index = removesExtraSpaces ? endOfLeadingSpaces(text) : 0
    guard index < text.count else { return }
    if addsDummyPrefix { output.emit(Self.mark, for: index..<index + text.codePoint(index).length) }
    var skipsSpaces = removesExtraSpaces
    while index < text.count {
      let plain = endOfPlain(text, index)
      if plain > index {
        output.keep(index..<plain)
        (index, skipsSpaces) = (plain, false)
        continue
      }
      let length = withUnit(text, index) { unit, length in
        write(unit, for: index..<index + length, &skipsSpaces, &output)
        return length
      }
      index += length
    }
    if removesExtraSpaces { output.removeTrailing(Self.mark) }
  }

  /// The end of a run of bytes that stay. With a map the last before text beyond ASCII does not count: it may have a
  /// mark to go with.
  private func endOfPlain(_ text: TextCursor, _ start: Int) -> Int {
    isPlain.withUnsafeBufferPointer { isPlain in
      var index = start
      while index < text.count, isPlain[Int(text.bytes[index])] { index &+= 1 }
      let isOpen = map != nil && start < index && index < text.count && text.bytes[index] >= 0x80
      return isOpen ? index - 1 : index
    }
  }

  /// Leading characters that are a single space each, once they are mapped.
  private func endOfLeadingSpaces(_ text: TextCursor) -> Int {
    var index = 0
    while index < text.count {
      let length = withUnit(text, index) { $0.count == 1 && $0[0] == Self.space ? $1 : 0 }
      if length == 0 { break }
      index += length
    }
    return index
  }

  /// Hands `body` what stands at `index` becomes, but for spaces, and the number of bytes that it stands for.
  private func withUnit<Result>(
    _ text: TextCursor, _ index: Int, _ body: (UnsafeBufferPointer<UInt8>, Int) -> Result
  ) -> Result {
    func kept(_ length: Int) -> Result {
      body(UnsafeBufferPointer(start: text.bytes + index, count: length), length)
    }
    if let (end, _) = userDefined?.match(in: text, at: index) { return kept(end - index) }
    guard let map else { return kept(text.codePoint(index).length) }
    if let (length, replacement) = map.longestMatch(in: text, at: index) {
      return map.withReplacement(replacement) { body($0, length) }
    }
    let (codePoint, length) = text.codePoint(index)
    if codePoint != TextCursor.invalid { return kept(length) }
    return [0xEF, 0xBF, 0xBD].withUnsafeBufferPointer { body($0, 1) }
  }

  /// Writes what a part of the text became. Of spaces in a row the first stays, where extra ones are removed.
  private func write(
    _ unit: UnsafeBufferPointer<UInt8>, for source: Range<Int>, _ skipsSpaces: inout Bool,
    _ output: inout TextRewriter
  ) {
    var start = 0
    if skipsSpaces { while start < unit.count, unit[start] == Self.space { start += 1 } }
    guard start < unit.count else { return }
    var run = start
    for index in start..<unit.count where unit[index] == Self.space {
      if run < index { output.emit(UnsafeBufferPointer(rebasing: unit[run..<index]), for: source) }
      output.emit(Self.mark, for: source)
      run = index + 1
    }
    if run < unit.count { output.emit(UnsafeBufferPointer(rebasing: unit[run...]), for: source) }
    skipsSpaces = removesExtraSpaces && unit[unit.count - 1] == Self.space
  }
}
