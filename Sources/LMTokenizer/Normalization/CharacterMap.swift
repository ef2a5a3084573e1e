import CUTF8Proc
import LMRuntime

/// The `precompiled_charsmap` of a SentencePiece model: a double-array trie (Darts-clone) from byte sequences to
/// places in a block of replacements, each of which ends at a zero byte.
package final class CharacterMap: Sendable, Equatable {
  /// The map as it stands in a model file.
  package let blob: [UInt8]
  private let units: [UInt32]
  private let replacements: [UInt8]
  /// True for ASCII characters that are keys.
  private let asciiKeys: [Bool]

  /// Checks and takes apart a map: the size of the trie in bytes, the trie, the replacements.
  /// - Throws: ``LMError`` where the sizes do not fit.
  /// - Complexity: O(bytes).
  package init(_ blob: [UInt8], at place: String) throws(LMError) {
    func word(_ offset: Int) -> UInt32 {
      UInt32(blob[offset]) | UInt32(blob[offset + 1]) << 8 | UInt32(blob[offset + 2]) << 16
        | UInt32(blob[offset + 3]) << 24
    }
    guard blob.count >= 4, case let size = Int(word(0)), size % 4 == 0, size > 0, size <= blob.count - 4
    else {
      throw LMError(
        at: place, "is a character map of \(blob.count) bytes whose trie does not fit in it",
        remedy: "use the file as published")
    }
    self.blob = blob
    units = stride(from: 4, to: 4 + size, by: 4).map(word)
    replacements = Array(blob[(4 + size)...])
    var isKey = Array(repeating: false, count: 128)
    let root = Int(Self.offset(units[0]))
    for byte in 1..<128 where (root ^ byte) < units.count && Self.label(units[root ^ byte]) == UInt32(byte) {
      isKey[byte] = units[root ^ byte] >> 8 & 1 == 1
    }
    asciiKeys = isKey
  }

  package static func == (left: CharacterMap, right: CharacterMap) -> Bool {
    left === right || left.blob == right.blob
  }

  private static func offset(_ unit: UInt32) -> UInt32 { (unit >> 10) << ((unit & (1 << 9)) >> 6) }
  private static func label(_ unit: UInt32) -> UInt32 { unit & (1 << 31 | 0xFF) }

  /// The shortest or longest key at the start of `count` bytes, and where its replacement begins.
  private func match(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, longest: Bool
  ) -> (length: Int, replacement: Int)? {
    var found: (Int, Int)?
    var position = Int(Self.offset(units[0]))
    for index in 0..<count {
      let byte = bytes[index]
      guard byte != 0 else { break }
      position ^= Int(byte)
      guard position < units.count, Self.label(units[position]) == UInt32(byte) else { break }
      let unit = units[position]
      position ^= Int(Self.offset(unit))
      guard unit >> 8 & 1 == 1 else { continue }
      guard position < units.count else { break }
      found = (index + 1, Int(units[position] & 0x7FFF_FFFF))
      if !longest { break }
    }
    return found
  }

  /// Whether an ASCII character with another one behind it is left alone whatever follows.
  func keepsASCII(_ byte: UInt8) -> Bool {
    if asciiKeys[Int(byte)] { return false }
    return !(1..<128).contains { other in
      [byte, UInt8(other)].withUnsafeBufferPointer { pair in
        guard let base = pair.baseAddress else { return false }
        return reach(base, 2) == 2
      }
    }
  }

  /// How many of `count` bytes the trie follows.
  private func reach(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
    var position = Int(Self.offset(units[0]))
    for index in 0..<count {
      position ^= Int(bytes[index])
      guard position < units.count, Self.label(units[position]) == UInt32(bytes[index]) else { return index }
      position ^= Int(Self.offset(units[position]))
    }
    return count
  }

  /// The longest key at `index` of the text, as sentencepiece looks for it, and where its replacement begins.
  func longestMatch(in text: TextCursor, at index: Int) -> (length: Int, replacement: Int)? {
    match(text.bytes + index, text.count - index, longest: true)
  }

  /// Calls `body` with the bytes of the replacement at `start`; what lies outside counts as empty.
  func withReplacement<Result>(_ start: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    replacements.withUnsafeBufferPointer { all in
      guard start < all.count else { return body(UnsafeBufferPointer(start: nil, count: 0)) }
      var end = start
      while end < all.count, all[end] != 0 { end += 1 }
      return body(UnsafeBufferPointer(rebasing: all[start..<end]))
    }
  }

  /// Applies the map as Hugging Face's `Precompiled`: to a grapheme cluster below 6 bytes as a whole, else to each
  /// of its code points; a key that is a prefix is a match, and the shortest counts.
  /// - Complexity: O(bytes · longest key).
  func normalize(_ output: inout TextRewriter) {
    let text = output.input
    var start = 0
    while start < text.count {
      let plain = endOfPlainASCII(text, start)
      if plain > start {
        output.keep(start..<plain)
        start = plain
        continue
      }
      let byte = text.bytes[start]
      // Between two ASCII characters there is always a boundary, but for CR and LF.
      if byte < 0x80, byte != 0x0D, start + 1 == text.count || text.bytes[start + 1] < 0x80 {
        if asciiKeys[Int(byte)] {
          replaceEach(text, start..<start + 1, &output)
        } else {
          output.keep(start..<start + 1)
        }
        start += 1
        continue
      }
      let end = endOfCluster(text, start)
      if end - start < 6, let (_, replacement) = match(text.bytes + start, end - start, longest: false) {
        withReplacement(replacement) { output.emit($0, for: start..<end) }
      } else {
        replaceEach(text, start..<end, &output)
      }
      start = end
    }
  }

  /// The end of the run of ASCII characters that are no keys; the last before other text does not count, because
  /// a mark may follow it.
  private func endOfPlainASCII(_ text: TextCursor, _ start: Int) -> Int {
    asciiKeys.withUnsafeBufferPointer { isKey in
      var index = start
      while index < text.count, text.bytes[index] < 0x80, !isKey[Int(text.bytes[index])],
        text.bytes[index] != 0x0D
      {
        index &+= 1
      }
      return index < text.count && index > start && text.bytes[index] >= 0x80 ? index - 1 : index
    }
  }

  private func replaceEach(_ text: TextCursor, _ range: Range<Int>, _ output: inout TextRewriter) {
    var index = range.lowerBound
    while index < range.upperBound {
      let length = text.codePoint(index).length
      if let (_, replacement) = match(text.bytes + index, length, longest: false) {
        withReplacement(replacement) { output.emit($0, for: index..<index + length) }
      } else {
        output.keep(index..<index + length)
      }
      index += length
    }
  }

  /// The end of the extended grapheme cluster that starts at `start` (UAX #29).
  private func endOfCluster(_ text: TextCursor, _ start: Int) -> Int {
    var (codePoint, length) = text.codePoint(start)
    var index = start + length
    var state: utf8proc_int32_t = 0
    while index < text.count, codePoint != TextCursor.invalid {
      let (next, length) = text.codePoint(index)
      if next == TextCursor.invalid { break }
      if utf8proc_grapheme_break_stateful(utf8proc_int32_t(codePoint), utf8proc_int32_t(next), &state) {
        break
      }
      codePoint = next
      index += length
    }
    return index
  }
}
