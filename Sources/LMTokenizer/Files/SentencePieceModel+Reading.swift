import LMRuntime

extension SentencePieceModel {
  /// Most pieces.
  static let pieceLimit = 1 << 21

  /// Reads the `.model` file at `path`.
  /// - Throws: ``LMError`` with the byte offset of the first fault.
  /// - Complexity: O(bytes of the file), in time and memory.
  public init(path: String) throws(LMError) {
    let file = try MappedFile(path)
    self = try file.withBytes { bytes throws(LMError) in try SentencePieceModel(bytes, from: path) }
  }

  /// Reads a model that is in memory; `place` is what errors call it.
  /// - Throws: ``LMError`` with the byte offset of the first fault.
  public init(_ bytes: UnsafeRawBufferPointer, from place: String) throws(LMError) {
    self.init()
    try ProtobufReader.forEachField(of: bytes, from: place) { number, field throws(LMError) in
      switch number {
      case 1:
        guard pieces.count < Self.pieceLimit else {
          throw LMError(at: place, "has over \(Self.pieceLimit) pieces", remedy: "use a smaller vocabulary")
        }
        pieces.append(try Self.piece(field, id: pieces.count))
      case 2: try readTrainer(field)
      case 3: try normalizer.read(field)
      case 5: try denormalizer.read(field)
      default: break
      }
    }
    let unknown = pieces.count { $0.type == .unknown }
    guard unknown == 1 else {
      throw LMError(
        at: place, "has \(unknown) pieces of type unknown among \(pieces.count), expected 1",
        remedy: "use a SentencePiece model")
    }
  }

  private static func piece(_ field: ProtobufReader.Field, id: Int) throws(LMError) -> Piece {
    var piece = Piece(bytes: [], score: 0, type: .normal)
    let (bytes, base) = try field.bytes()
    try ProtobufReader.forEachField(of: bytes, from: field.place, base: base) {
      number, inner throws(LMError) in
      switch number {
      case 1: piece.bytes = Array(try inner.bytes().bytes)
      case 2: piece.score = try inner.float()
      case 3:
        guard let type = PieceType(rawValue: try inner.int32()) else {
          throw inner.unexpected("a type of pieces")
        }
        piece.type = type
      default: break
      }
    }
    guard !piece.bytes.isEmpty, piece.score.isFinite else {
      throw LMError(
        at: "\(field.place), byte \(base)",
        "has a piece \(id) that is empty or whose score is \(piece.score)",
        remedy: "use a SentencePiece model")
    }
    return piece
  }

  private mutating func readTrainer(_ field: ProtobufReader.Field) throws(LMError) {
    let (bytes, base) = try field.bytes()
    try ProtobufReader.forEachField(of: bytes, from: field.place, base: base) {
      number, inner throws(LMError) in
      switch number {
      case 3:
        guard let known = Algorithm(rawValue: try inner.int32()) else {
          throw inner.unexpected("a model type")
        }
        algorithm = known
      case 24: putsSpaceBehindWords = try inner.bool()
      case 35: fallsBackToBytes = try inner.bool()
      case 40: unknownID = try inner.int32()
      case 41: beginID = try inner.int32()
      case 42: endID = try inner.int32()
      case 43: paddingID = try inner.int32()
      case 44: unknownSurface = try inner.string()
      case 45: unknownPiece = try inner.string()
      case 46: beginPiece = try inner.string()
      case 47: endPiece = try inner.string()
      case 48: paddingPiece = try inner.string()
      default: break
      }
    }
  }
}

extension SentencePieceModel.Normalization {
  fileprivate mutating func read(_ field: ProtobufReader.Field) throws(LMError) {
    let (bytes, base) = try field.bytes()
    try ProtobufReader.forEachField(of: bytes, from: field.place, base: base) {
      number, inner throws(LMError) in
      switch number {
      case 1: name = try inner.string()
      case 2: precompiledCharsmap = Array(try inner.bytes().bytes)
      case 3: addsDummyPrefix = try inner.bool()
      case 4: removesExtraSpaces = try inner.bool()
      case 5: escapesSpaces = try inner.bool()
      default: break
      }
    }
  }
}
