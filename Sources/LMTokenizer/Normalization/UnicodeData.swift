import CUTF8Proc

/// Decompositions, combining classes and compositions of libutf8proc, without what is newer than the tables of
/// Hugging Face's tokenizers (``ReferenceExceptions``).
enum UnicodeData {
  /// A bit for every code point below 0x30000 that stays as it is and lets nothing pass.
  ///
  /// Planes 3 to 16 hold ideographs, tags, variation selectors and private use: all inert.
  struct InertTable: Sendable {
    fileprivate var bits = Array(repeating: ~UInt64(0), count: lastChanging / 64)

    @inline(__always) func isInert(_ codePoint: Int) -> Bool {
      codePoint < 0xA0 || codePoint >= lastChanging
        || bits[codePoint >> 6] >> UInt64(codePoint & 63) & 1 == 1
    }

    fileprivate mutating func clear(_ codePoint: Int) {
      if codePoint < lastChanging { bits[codePoint >> 6] &= ~(1 << UInt64(codePoint & 63)) }
    }
  }

  private static let lastChanging = 0x30000
  private static let hangul = 0xAC00...0xD7A3
  private static let nfc = table(.nfc)
  private static let nfd = table(.nfd)
  private static let nfkc = table(.nfkc)
  private static let nfkd = table(.nfkd)

  /// The table of a form; built at first use in about 10 ms.
  static func inert(_ form: UnicodeForm) -> InertTable {
    switch form {
    case .nfc: nfc
    case .nfd: nfd
    case .nfkc: nfkc
    case .nfkd: nfkd
    }
  }

  private static let withoutClass = codePoints(ReferenceExceptions.combiningClasses)
  private static let withoutDecomposition = codePoints(ReferenceExceptions.decompositions)

  private static func codePoints(_ list: StaticString) -> Set<UInt32> {
    var found: Set<UInt32> = []
    ReferenceExceptions.forEach(list) { found.insert(UInt32($0)) }
    return found
  }

  /// Canonical_Combining_Class.
  static func combiningClass(_ codePoint: UInt32) -> UInt8 {
    guard codePoint >= 0x300, codePoint < CodePointTable.codePointCount,
      let property = utf8proc_get_property(utf8proc_int32_t(codePoint)),
      property.pointee.combining_class != 0,
      !withoutClass.contains(codePoint)
    else { return 0 }
    return UInt8(truncatingIfNeeded: property.pointee.combining_class)
  }

  /// Calls `body` with the code points of the full decomposition.
  static func forEachPart(of codePoint: UInt32, compatible: Bool, _ body: (UInt32) -> Void) {
    guard codePoint >= 0xA0, codePoint < CodePointTable.codePointCount,
      !withoutDecomposition.contains(codePoint)
    else { return body(codePoint) }
    var options = UTF8PROC_STABLE.rawValue | UTF8PROC_DECOMPOSE.rawValue
    if compatible { options |= UTF8PROC_COMPAT.rawValue }
    withUnsafeTemporaryAllocation(of: utf8proc_int32_t.self, capacity: 32) { parts in
      var boundary: Int32 = 0
      let count = utf8proc_decompose_char(
        utf8proc_int32_t(codePoint), parts.baseAddress, 32, utf8proc_option_t(rawValue: options), &boundary)
      guard (1...32).contains(count) else { return body(codePoint) }
      for index in 0..<count { body(UInt32(bitPattern: parts[index])) }
    }
  }

  /// What two code points compose to, nil where they do not.
  static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    // Hangul by arithmetic (Unicode 16, section 3.12).
    if (0x1100..<0x1113).contains(first), (0x1161..<0x1176).contains(second) {
      return 0xAC00 + ((first - 0x1100) * 21 + (second - 0x1161)) * 28
    }
    if (0xAC00..<0xD7A4).contains(first), (first - 0xAC00) % 28 == 0, (0x11A8..<0x11C3).contains(second) {
      return first + (second - 0x11A7)
    }
    return compositions[UInt64(first) << 32 | UInt64(second)]
  }

  /// A composite is the composite of all but the last part of its decomposition, and that last part.
  private static let compositions: [UInt64: UInt32] = {
    var composites: [(codePoint: UInt32, parts: [UInt32])] = []
    for codePoint in 0xA0..<UInt32(lastChanging) where !hangul.contains(Int(codePoint)) {
      var parts: [UInt32] = []
      forEachPart(of: codePoint, compatible: false) { parts.append($0) }
      if parts.count > 1, isComposed(codePoint) { composites.append((codePoint, parts)) }
    }
    var byParts: [[UInt32]: UInt32] = [:]
    var pairs: [UInt64: UInt32] = [:]
    for (codePoint, parts) in composites.sorted(by: { $0.parts.count < $1.parts.count }) {
      byParts[parts] = codePoint
      let first = parts.count == 2 ? parts[0] : byParts[Array(parts.dropLast())]
      if let first, let last = parts.last { pairs[UInt64(first) << 32 | UInt64(last)] = codePoint }
    }
    return pairs
  }()

  /// True where the code point is its own form C, which excluded composites are not.
  private static func isComposed(_ codePoint: UInt32) -> Bool {
    var buffer: [utf8proc_int32_t] = Array(repeating: 0, count: 32)
    var boundary: Int32 = 0
    let options = utf8proc_option_t(rawValue: UTF8PROC_STABLE.rawValue | UTF8PROC_DECOMPOSE.rawValue)
    let count = utf8proc_decompose_char(utf8proc_int32_t(codePoint), &buffer, 32, options, &boundary)
    guard (1...32).contains(count) else { return false }
    let composing = utf8proc_option_t(rawValue: UTF8PROC_STABLE.rawValue | UTF8PROC_COMPOSE.rawValue)
    return utf8proc_normalize_utf32(&buffer, count, composing) == 1
      && buffer[0] == utf8proc_int32_t(codePoint)
  }

  /// A code point is inert when it is a starter, is its own decomposition (or, where the form composes, its own
  /// form), and is the second half of no composition.
  private static func table(_ form: UnicodeForm) -> InertTable {
    let composes = form == .nfc || form == .nfkc
    let compatible = form == .nfkc || form == .nfkd
    var table = InertTable()
    for codePoint in 0xA0..<UInt32(lastChanging) {
      if hangul.contains(Int(codePoint)) {
        if !composes { table.clear(Int(codePoint)) }
        continue
      }
      if combiningClass(codePoint) != 0 { table.clear(Int(codePoint)) }
      var parts: [UInt32] = []
      forEachPart(of: codePoint, compatible: compatible) { parts.append($0) }
      if parts != [codePoint], !(composes && parts.count > 1 && compose(parts) == codePoint) {
        table.clear(Int(codePoint))
      }
    }
    if composes {
      for codePoint in 0x1161...0x11FF { table.clear(codePoint) }
      for pair in compositions.keys { table.clear(Int(pair & 0xFFFF_FFFF)) }
    }
    return table
  }

  /// The composite of all of `parts`, nil where they do not join to one.
  private static func compose(_ parts: [UInt32]) -> UInt32? {
    var result = parts[0]
    for part in parts.dropFirst() {
      guard let next = composition(result, part) else { return nil }
      result = next
    }
    return result
  }
}

extension UnicodeData {
  /// The lower case of a letter, nil where it is its own. For U+0130 it is `i`, which U+0307 follows.
  static func lowercase(_ codePoint: UInt32) -> UInt32? {
    if codePoint == 0x130 { return 0x69 }
    let lower = UInt32(bitPattern: utf8proc_tolower(utf8proc_int32_t(codePoint)))
    if lower != codePoint { return lower }
    guard codePoint >= 0x1C89, let run = ReferenceExceptions.lowercase.first(where: { $0.last >= codePoint }),
      run.first <= codePoint
    else { return nil }
    return UInt32(Int32(codePoint) + run.shift)
  }
}
