/// Byte-pair encoding that starts from characters (Sennrich, Haddow, Birch, arXiv 1508.07909), as in
/// SentencePiece models, CLIP, and early GPT.
///
/// A character that is no token becomes its bytes `<0xNN>` where all of them are tokens, else the unknown token.
package final class CharacterBPEModel: Sendable {
  /// What can differ between models of this kind.
  package struct Options: Sendable, Equatable {
    /// What an unknown character becomes; nil drops it.
    package var unknownID: Int32?
    /// True where unknown characters in a row become one unknown token.
    package var fusesUnknown = false
    /// True where unknown characters become their bytes.
    package var usesByteFallback = false
    /// True where a piece that is a token as a whole is never taken apart.
    package var ignoresMerges = false
    /// What stands before every character of a piece but the first, such as `##`.
    package var continuingPrefix = ""
    /// What stands behind the last character of a piece, such as `</w>`.
    package var endSuffix = ""

    /// Options that do nothing.
    package init() {}
  }

  package let vocabulary: Vocabulary
  package let merges: [BPEModel.Merge]
  package let options: Options
  /// The tokens `<0xNN>`, -1 where there is none.
  package let byteTokens: [Int32]
  /// Pieces that are found before anything merges, and that never merge.
  package let userDefined: UserDefinedPieces?
  /// Tokens that fall apart again once nothing merges any more.
  package let unused: Set<Int32>
  let modelCount: Int
  let pairs: PairTable
  let prefix: [UInt8]
  let suffix: [UInt8]
  /// The tokens of single code points below 0x10000, -1 where there is none.
  let singles: [Int32]
  /// Where pieces may be cut; nil where they may not.
  let cuts: CutTable?

  /// A model of the ids below `modelCount` in `vocabulary`. What merges first stands first in `merges`, unless
  /// `ranks` (as many as merges) order them otherwise: the smallest goes first, the leftmost of equals.
  package init(
    vocabulary: Vocabulary, modelCount: Int, merges: [BPEModel.Merge], ranks: [UInt32]? = nil,
    options: Options = Options(), userDefined: UserDefinedPieces? = nil, unused: Set<Int32> = []
  ) {
    precondition(ranks.map { $0.count == merges.count } ?? true, "CharacterBPEModel: a rank for every merge")
    self.vocabulary = vocabulary
    self.modelCount = modelCount
    self.merges = merges
    self.options = options
    self.userDefined = userDefined
    self.unused = unused
    prefix = Array(options.continuingPrefix.utf8)
    suffix = Array(options.endSuffix.utf8)
    byteTokens = options.usesByteFallback ? ByteToken.ids(in: vocabulary) : Array(repeating: -1, count: 256)
    pairs = PairTable(merges, ranks: ranks)
    var singles = Array(repeating: Int32(-1), count: 0x10000)
    for id in (0..<modelCount).reversed() {
      vocabulary[id].withUnsafeBufferPointer { token in
        guard let base = token.baseAddress, token.count <= 3 else { return }
        let (codePoint, length) = UTF8Decoding.decode(base, available: token.count)
        if length == token.count, vocabulary.id(of: token) == Int32(id) { singles[codePoint] = Int32(id) }
      }
    }
    self.singles = singles
    // How unused tokens fall apart may depend on all of the text.
    cuts =
      unused.isEmpty
      ? Self.cuts(vocabulary, merges, options, byteTokens, singles, userDefined?.ids ?? []) : nil
  }

  private static func cuts(
    _ vocabulary: Vocabulary, _ merges: [BPEModel.Merge], _ options: Options, _ byteTokens: [Int32],
    _ singles: [Int32], _ whole: [Int32]
  ) -> CutTable? {
    guard options.continuingPrefix.isEmpty, options.endSuffix.isEmpty, !options.ignoresMerges else {
      return nil
    }
    let unknownsVanish = options.usesByteFallback && byteTokens.allSatisfy { $0 >= 0 }
    guard unknownsVanish || !options.usesByteFallback else { return nil }
    var texts = Set(byteTokens.filter { $0 >= 0 })
    if let unknown = options.unknownID { texts.insert(unknown) }
    guard !merges.contains(where: { texts.contains($0.left) || texts.contains($0.right) }) else { return nil }
    let unknowns: CutTable.Unknowns = unknownsVanish ? .none : options.unknownID == nil ? .dropped : .joined
    return CutTable(vocabulary, merges.map(\.result) + whole, unknowns: unknowns, singles: singles)
  }

  /// The token of the code point at `index` of a piece, nil where there is none.
  func id(of piece: TextCursor, at index: Int, _ codePoint: Int, _ length: Int, _ scratch: inout [UInt8])
    -> Int32?
  {
    let hasPrefix = index > 0 && !prefix.isEmpty
    let hasSuffix = index + length == piece.count && !suffix.isEmpty
    if !hasPrefix, !hasSuffix, codePoint < 0x10000 {
      let id = singles[codePoint]
      return id < 0 ? nil : id
    }
    scratch.removeAll(keepingCapacity: true)
    if hasPrefix { scratch += prefix }
    scratch.append(contentsOf: UnsafeBufferPointer(start: piece.bytes + index, count: length))
    if hasSuffix { scratch += suffix }
    return vocabulary.id(of: scratch)
  }
}

/// Pairs of neighbouring code points that some merge can bring into one token. Between any other two a piece may
/// be cut: no merge ever reaches across, so both sides give the ids that they give together.
package final class CutTable: Sendable {
  /// A bit for each pair of ASCII characters.
  private let ascii: [UInt64]
  /// Open addressing of `first << 21 | second`; the count is a power of two, at most half is used.
  private let slots: [UInt64]
  private let unknowns: Unknowns
  private let singles: [Int32]

  /// What becomes of characters without token.
  enum Unknowns: Sendable {
    /// There are none.
    case none
    /// Those in a row may become one token.
    case joined
    /// They vanish, so that what is around them merges.
    case dropped
  }

  /// The pairs inside of `tokens`.
  init(_ vocabulary: Vocabulary, _ tokens: [Int32], unknowns: Unknowns, singles: [Int32]) {
    self.unknowns = unknowns
    self.singles = singles
    var ascii = Array(repeating: UInt64(0), count: 256)
    var pairs: Set<UInt64> = []
    for token in tokens {
      vocabulary[Int(token)].withUnsafeBufferPointer { token in
        let text = TextCursor(token)
        var previous = -1
        var index = 0
        while index < text.count {
          let (codePoint, length) = text.codePoint(index)
          if previous >= 0 {
            if previous < 128, codePoint < 128 {
              ascii[previous << 1 | codePoint >> 6] |= 1 << UInt64(codePoint & 63)
            } else {
              pairs.insert(UInt64(previous) << 21 | UInt64(codePoint))
            }
          }
          previous = codePoint
          index += length
        }
      }
    }
    self.ascii = ascii
    var size = 16
    while size < pairs.count * 2 { size *= 2 }
    var slots = Array(repeating: UInt64.max, count: size)
    for pair in pairs {
      var slot = Self.home(pair, size)
      while slots[slot] != .max { slot = (slot + 1) & (size - 1) }
      slots[slot] = pair
    }
    self.slots = slots
  }

  @inline(__always) private static func home(_ pair: UInt64, _ size: Int) -> Int {
    Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 32) & (size - 1)
  }

  /// True where a piece may be cut between the two code points.
  @inline(__always) func allowsCut(_ first: Int, _ second: Int) -> Bool {
    if first | second < 128 {
      if ascii[first << 1 | second >> 6] >> UInt64(second & 63) & 1 == 1 { return false }
    } else if contains(UInt64(first) << 21 | UInt64(second)) {
      return false
    }
    switch unknowns {
    case .none: return true
    case .joined: return !(isUnknown(first) && isUnknown(second))
    case .dropped: return !(isUnknown(first) || isUnknown(second))
    }
  }

  private func contains(_ pair: UInt64) -> Bool {
    slots.withUnsafeBufferPointer { slots in
      var slot = Self.home(pair, slots.count)
      while slots[slot] != .max {
        if slots[slot] == pair { return true }
        slot = (slot &+ 1) & (slots.count &- 1)
      }
      return false
    }
  }

  private func isUnknown(_ codePoint: Int) -> Bool { codePoint >= 0x10000 || singles[codePoint] < 0 }
}
