/// What turns pieces of text into ids.
package enum TokenizerModel: Sendable {
  /// Byte-pair encoding of bytes.
  case byteLevel(BPEModel)
  /// Byte-pair encoding of characters.
  case characters(CharacterBPEModel)
  /// A language model of single pieces.
  case unigram(UnigramModel)
  /// The longest pieces from left to right.
  case wordPiece(WordPieceModel)
  /// Whole words only.
  case wordLevel(WordLevelModel)

  /// The bytes of every id, added tokens included.
  package var vocabulary: Vocabulary {
    switch self {
    case .byteLevel(let model): model.vocabulary
    case .characters(let model): model.vocabulary
    case .unigram(let model): model.vocabulary
    case .wordPiece(let model): model.vocabulary
    case .wordLevel(let model): model.vocabulary
    }
  }

  /// The merges of byte-pair encoding; empty for other models.
  package var merges: [BPEModel.Merge] {
    switch self {
    case .byteLevel(let model): model.merges
    case .characters(let model): model.merges
    default: []
    }
  }

  /// The token of every byte, -1 where a byte has none.
  package var byteTokens: [Int32] {
    switch self {
    case .byteLevel(let model): model.byteTokens
    case .characters(let model): model.byteTokens
    case .unigram(let model): model.byteTokens
    default: Array(repeating: -1, count: 256)
    }
  }

  /// Pieces that are found in a text before anything else; none in most models.
  var userDefined: [Int32] {
    switch self {
    case .characters(let model): model.userDefined?.ids ?? []
    case .unigram(let model): model.userDefined?.ids ?? []
    default: []
    }
  }

  /// True where the vocabulary's bytes are those of the text.
  var isByteLevel: Bool {
    if case .byteLevel = self { return true }
    return false
  }

  /// Number of ids up to the last one of the model itself.
  var modelCount: Int {
    switch self {
    case .byteLevel(let model): model.modelCount
    case .characters(let model): model.modelCount
    case .unigram(let model): model.modelCount
    case .wordPiece(let model): model.modelCount
    case .wordLevel(let model): model.modelCount
    }
  }

  /// The scratch memory of one thread, nil for byte-level models, which have an encoder of their own.
  func makeWorker() -> (any PieceWorker)? {
    switch self {
    case .byteLevel: nil
    case .characters(let model): CharacterBPEWorker(model)
    case .unigram(let model): model.makeWorker()
    case .wordPiece(let model): WordPieceWorker(model)
    case .wordLevel(let model): WordLevelWorker(model)
    }
  }

  /// The ids of one piece, without caches; nothing for byte-level models.
  package func ids(ofPiece piece: [UInt8]) -> [Int32] {
    guard let worker = makeWorker(), !piece.isEmpty else { return [] }
    return piece.withUnsafeBufferPointer { bytes in
      TokenBuffer.array(estimate: bytes.count) { worker.encode(TextCursor(bytes), into: &$0) }
    }
  }

  /// Where pieces may be cut without a change of ids.
  var cuts: CutTable? {
    if case .characters(let model) = self { return model.cuts }
    return nil
  }
}

/// Encodes pieces one after the other with scratch memory of its own; used by one thread at a time.
protocol PieceWorker: AnyObject {
  /// Appends the ids of a piece, which is not empty.
  func encode(_ piece: TextCursor, into output: inout TokenBuffer)

  /// The ids of a piece with the number of its bytes that each stands for. Ids of one unknown character share
  /// it: all but the last have the length 0 and `sharesNext`.
  func encodeWithLengths(_ piece: TextCursor) -> [TokenLength]
}

/// An id and the bytes of a piece that it stands for.
struct TokenLength: Equatable {
  var id: Int32
  var start: Int
  var end: Int
}

/// The tokens `<0x00>` … `<0xFF>`.
enum ByteToken {
  /// The name of a byte's token.
  static func name(_ byte: Int) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return Array("<0x".utf8) + [digits[byte >> 4], digits[byte & 15], UInt8(ascii: ">")]
  }

  /// The byte that a token of this name stands for, nil where it is none. Hexadecimal digits of either case.
  static func byte(_ name: some Collection<UInt8>) -> UInt8? {
    guard name.count == 6, name.starts(with: Array("<0x".utf8)), name.dropFirst(5).first == UInt8(ascii: ">")
    else { return nil }
    var value: UInt8 = 0
    for digit in name.dropFirst(3).prefix(2) {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | (digit - UInt8(ascii: "0"))
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | (digit - UInt8(ascii: "A") + 10)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | (digit - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return value
  }

  /// The ids of all byte tokens in a vocabulary, -1 where it has none.
  static func ids(in vocabulary: Vocabulary) -> [Int32] {
    (0...255).map { vocabulary.id(of: name($0)) ?? -1 }
  }
}
