/// BERT's cleaning of a text (Devlin et al., arXiv 1810.04805), as in Hugging Face's tokenizers.
package struct BertNormalizer: Sendable, Equatable {
  /// Removes control characters and makes every white space U+0020.
  package var cleansText: Bool
  /// Puts spaces around Chinese characters.
  package var separatesChinese: Bool
  /// Removes nonspacing marks of the decomposed text; nil means where letters become lower case too.
  package var stripsAccents: Bool?
  /// Makes letters lower case, code point by code point.
  package var lowercases: Bool

  /// The given choices.
  package init(
    cleansText: Bool = true, separatesChinese: Bool = true, stripsAccents: Bool? = nil,
    lowercases: Bool = true
  ) {
    self.cleansText = cleansText
    self.separatesChinese = separatesChinese
    self.stripsAccents = stripsAccents
    self.lowercases = lowercases
  }

  /// All steps in one pass over ASCII; other text takes them one after the other, as the reference does.
  /// - Complexity: O(bytes), O(n log n) in the length n of a run of combining marks.
  func normalize(_ output: inout TextRewriter) {
    let text = output.input
    let strips = stripsAccents ?? lowercases
    let inert = UnicodeData.inert(.nfd)
    var index = 0
    var kept = 0
    while index < text.count {
      let byte = text.bytes[index]
      if byte < 0x80 {
        if let replacement = asciiReplacement(byte) {
          output.keep(kept..<index)
          if replacement != 0 { output.emit(replacement, for: index..<index + 1) }
          kept = index + 1
        }
        index &+= 1
        continue
      }
      let (codePoint, length) = text.codePoint(index)
      let classes = ReferenceClass.of(codePoint)
      if isPlain(codePoint, classes, strips, inert) {
        index += length
        continue
      }
      output.keep(kept..<index)
      if strips, !inert.isInert(codePoint), !(cleansText && classes.contains(.control)) {
        index = normalizeMarks(from: index, &output)
      } else {
        write(UInt32(codePoint), for: index..<index + length, &output)
        index += length
      }
      kept = index
    }
    output.keep(kept..<text.count)
  }

  /// What an ASCII character becomes: nil where it stays, 0 where it goes.
  @inline(__always) private func asciiReplacement(_ byte: UInt8) -> UInt8? {
    if byte >= 0x20, byte != 0x7F {
      return lowercases && byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : nil
    }
    guard cleansText else { return nil }
    return byte == 0x09 || byte == 0x0A || byte == 0x0D ? 0x20 : 0
  }

  private func isPlain(
    _ codePoint: Int, _ classes: ReferenceClass, _ strips: Bool, _ inert: UnicodeData.InertTable
  ) -> Bool {
    if codePoint == TextCursor.invalid { return true }
    if cleansText, classes.contains(.control) || classes.contains(.space) { return false }
    if separatesChinese, classes.contains(.chinese) { return false }
    if strips, classes.contains(.nonspacingMark) || !inert.isInert(codePoint) { return false }
    return !(lowercases && UnicodeData.lowercase(UInt32(codePoint)) != nil)
  }

  /// A run of code points that decompose or are marks: decomposed, put in order, without nonspacing marks.
  private func normalizeMarks(from start: Int, _ output: inout TextRewriter) -> Int {
    let text = output.input
    let inert = UnicodeData.inert(.nfd)
    var end = start
    var marks: [(codePoint: UInt32, combiningClass: UInt8, source: Range<Int>)] = []
    func flush(_ output: inout TextRewriter) {
      // Only marks that stay are left, and canonical order is theirs.
      let order = marks.indices.sorted {
        let (left, right) = (marks[$0].combiningClass, marks[$1].combiningClass)
        return left == right ? $0 < $1 : left < right
      }
      for index in order { lower(marks[index].codePoint, for: marks[index].source, &output) }
      marks.removeAll()
    }
    while end < text.count {
      let (codePoint, length) = text.codePoint(end)
      let classes = ReferenceClass.of(codePoint)
      let isRemoved = cleansText && classes.contains(.control)
      if !isRemoved && inert.isInert(codePoint) { break }
      let source = end..<end + length
      end += length
      if isRemoved { continue }
      let isSeparate = separatesChinese && classes.contains(.chinese)
      if isSeparate {
        flush(&output)
        output.emit(0x20, for: source)
      }
      UnicodeData.forEachPart(of: UInt32(codePoint), compatible: false) { part in
        let combiningClass = UnicodeData.combiningClass(part)
        if combiningClass == 0 { flush(&output) }
        if ReferenceClass.of(Int(part)).contains(.nonspacingMark) { return }
        if combiningClass == 0 {
          lower(part, for: source, &output)
        } else {
          marks.append((part, combiningClass, source))
        }
      }
      if isSeparate {
        flush(&output)
        output.emit(0x20, for: source)
      }
    }
    flush(&output)
    return end
  }

  /// One code point that stays alone under decomposition.
  private func write(_ codePoint: UInt32, for source: Range<Int>, _ output: inout TextRewriter) {
    let classes = ReferenceClass.of(Int(codePoint))
    if cleansText {
      if classes.contains(.control) { return }
      if classes.contains(.space) { return output.emit(0x20, for: source) }
    }
    if stripsAccents ?? lowercases, classes.contains(.nonspacingMark) { return }
    let isSeparate = separatesChinese && classes.contains(.chinese)
    if isSeparate { output.emit(0x20, for: source) }
    lower(codePoint, for: source, &output)
    if isSeparate { output.emit(0x20, for: source) }
  }

  private func lower(_ codePoint: UInt32, for source: Range<Int>, _ output: inout TextRewriter) {
    guard lowercases, let lower = UnicodeData.lowercase(codePoint) else {
      return output.emit(codePoint: codePoint, for: source)
    }
    output.emit(codePoint: lower, for: source)
    if codePoint == 0x130 { output.emit(codePoint: 0x307, for: source) }
  }
}
