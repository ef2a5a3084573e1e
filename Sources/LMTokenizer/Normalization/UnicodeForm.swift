import CUTF8Proc

/// The four normalization forms of Unicode (UAX #15), with the data that Hugging Face's tokenizers use.
///
/// Only the neighbourhood of a code point that can change is touched; bytes that are no UTF-8 stay.
package enum UnicodeForm: Sendable {
  case nfc, nfd, nfkc, nfkd

  private var composes: Bool { self == .nfc || self == .nfkc }
  private var isCompatible: Bool { self == .nfkc || self == .nfkd }

  /// A code point on its way.
  private struct Part {
    var codePoint: UInt32
    var combiningClass: UInt8
    /// Where it was in the input, for a byte that is no UTF-8.
    let place: Int
    /// 0 where it stands for one code point of the input, 1 where it is one more, below 0 where it stands for
    /// several. Marks that change places take this with them, so origins are those of the reference.
    var change: Int
  }

  /// Writes the normalized text.
  /// - Complexity: O(bytes), O(n log n) in the length n of a run of combining marks.
  func normalize(_ output: inout TextRewriter) {
    let text = output.input
    let table = UnicodeData.inert(self)
    var starter = 0
    var index = 0
    var done = 0
    var parts: [Part] = []
    while index < text.count {
      if text.bytes[index] < 0x80 {
        index = text.endOfASCII(index)
        starter = index - 1
        continue
      }
      let (codePoint, length) = text.codePoint(index)
      if table.isInert(codePoint) {
        starter = index
        index += length
        continue
      }
      // From the last code point that stays alone, if it may compose, to the next one that does.
      var end = index + length
      while end < text.count, case let (next, length) = text.codePoint(end), !table.isInert(next) {
        end += length
      }
      let first = composes ? max(starter, done) : index
      output.keep(done..<first)
      parts.removeAll(keepingCapacity: true)
      decompose(text, first..<end, &parts)
      reorder(&parts)
      if composes { compose(&parts) }
      Self.emit(parts, from: first, &output)
      done = end
      starter = end
      index = end
    }
    output.keep(done..<text.count)
  }

  private static func emit(_ parts: [Part], from start: Int, _ output: inout TextRewriter) {
    let text = output.input
    var last = max(0, start - 1)..<start
    var next = start
    for part in parts {
      var source = last
      if part.change <= 0 {
        source = next..<next + text.codePoint(next).length
        for _ in part.change...0 where next < text.count {
          last = next..<next + text.codePoint(next).length
          next = last.upperBound
        }
      }
      if Int(part.codePoint) == TextCursor.invalid {
        output.emit(text.bytes[part.place], for: source)
      } else {
        output.emit(codePoint: part.codePoint, for: source)
      }
    }
  }

  private func decompose(_ text: TextCursor, _ range: Range<Int>, _ parts: inout [Part]) {
    var index = range.lowerBound
    while index < range.upperBound {
      let (codePoint, length) = text.codePoint(index)
      var change = 0
      UnicodeData.forEachPart(of: UInt32(codePoint), compatible: isCompatible) { part in
        parts.append(
          Part(
            codePoint: part, combiningClass: UnicodeData.combiningClass(part), place: index, change: change))
        change = 1
      }
      index += length
    }
  }

  /// Canonical order: marks behind a starter by their combining class, equal ones as they stand.
  private func reorder(_ parts: inout [Part]) {
    var start = 0
    while start < parts.count {
      if parts[start].combiningClass == 0 {
        start += 1
        continue
      }
      var end = start + 1
      var isOrdered = true
      while end < parts.count, parts[end].combiningClass != 0 {
        if parts[end].combiningClass < parts[end - 1].combiningClass { isOrdered = false }
        end += 1
      }
      if !isOrdered {
        let order = (start..<end).sorted {
          let (left, right) = (parts[$0].combiningClass, parts[$1].combiningClass)
          return left == right ? $0 < $1 : left < right
        }
        parts.replaceSubrange(start..<end, with: order.map { parts[$0] })
      }
      start = end
    }
  }

  private func compose(_ parts: inout [Part]) {
    var count = 0
    var starter: Int?
    for part in parts {
      if let base = starter {
        let isAdjacent = count - 1 == base
        let isBlocked = !isAdjacent && parts[count - 1].combiningClass >= part.combiningClass
        if !isBlocked, let composed = UnicodeData.composition(parts[base].codePoint, part.codePoint) {
          parts[base].codePoint = composed
          parts[base].change += part.change - 1
          continue
        }
      }
      parts[count] = part
      if part.combiningClass == 0 { starter = count }
      count += 1
    }
    parts.removeSubrange(count...)
  }
}
