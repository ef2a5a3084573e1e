import LMRuntime

/// `model.vocab` together with `added_tokens`: which bytes every id stands for.
struct VocabularyField {
  private(set) var tokens: Vocabulary
  /// Number of ids up to the last one of `model.vocab`.
  let modelCount: Int
  /// The token of every byte, -1 where a byte has none.
  private(set) var byteTokens = Array(repeating: Int32(-1), count: 256)
  private let vocabulary: JSONObject

  /// Ids that a file may leave unused between its added tokens (cl100k has 15, o200k 17).
  private static let gapLimit = 1 << 16
  private static let idLimit = Int(Int32.max) - 1

  /// Reads and checks the vocabulary. `isByteLevel` says that its names are of bytes, in GPT-2's alphabet.
  static func read(
    _ field: JSONField, _ addedTokens: [AddedToken], in document: JSONField, isByteLevel: Bool
  ) throws(LMError) -> VocabularyField {
    let object = try field.object()
    let positions = try positionsByID(field, object, addedTokens)
    let modelCount = positions.lastIndex { $0 >= 0 }.map { $0 + 1 } ?? 0
    guard modelCount > 0 else { throw field.failure("is empty", remedy: "use a complete tokenizer.json") }
    let added = try byID(addedTokens, document)
    var result = VocabularyField(
      tokens: Vocabulary(reserving: positions.count), modelCount: modelCount, vocabulary: object)
    for (id, position) in positions.enumerated() {
      try result.append(id, position, added[Int32(id)], in: field, isByteLevel: isByteLevel)
    }
    if isByteLevel { result.readByteTokens() }
    return result
  }

  /// Reads a vocabulary that is a list: the position is the id.
  static func read(
    _ tokens: [String], _ field: JSONField, _ addedTokens: [AddedToken], in document: JSONField
  ) throws(LMError) -> Vocabulary {
    let added = try byID(addedTokens, document)
    let limit = min(idLimit, tokens.count + addedTokens.count + gapLimit)
    var vocabulary = Vocabulary(reserving: tokens.count + addedTokens.count)
    for (id, token) in tokens.enumerated() {
      if let added = added[Int32(id)], !KeyIndex.sameBytes(added.content, token) {
        throw sharedID(field, token, id, added)
      }
      if token.isEmpty { vocabulary.appendGap() } else { vocabulary.append(token.utf8) }
    }
    for token in addedTokens.sorted(by: { $0.id < $1.id }) where token.id >= tokens.count {
      guard token.id <= limit else { throw tooHigh(field, tokens.count, token) }
      while vocabulary.count < token.id { vocabulary.appendGap() }
      vocabulary.append(token.content.utf8, isLiteral: true)
    }
    return vocabulary
  }

  private static func byID(
    _ addedTokens: [AddedToken], _ document: JSONField
  ) throws(LMError) -> [Int32: AddedToken] {
    var added: [Int32: AddedToken] = [:]
    for token in addedTokens {
      guard added.updateValue(token, forKey: token.id) == nil else {
        throw try document["added_tokens"].failure(
          "has two tokens with the id \(token.id)", remedy: "remove one of them")
      }
    }
    return added
  }

  private mutating func readByteTokens() {
    for byte in 0...255 { byteTokens[byte] = tokens.id(of: [UInt8(byte)]) ?? -1 }
  }

  private static func sharedID(_ field: JSONField, _ name: String, _ id: Int, _ added: AddedToken) -> LMError {
    field.failure(
      "has \(JSON.quoted(name)) at \(id), the id of the added token \(JSON.quoted(added.content)) too",
      remedy: "give every token its own id")
  }

  private static func tooHigh(_ field: JSONField, _ count: Int, _ token: AddedToken) -> LMError {
    field.failure(
      "has \(count) tokens, and the added token \(JSON.quoted(token.content)) the id \(token.id)",
      remedy: "give added tokens the ids that follow the vocabulary")
  }

  private init(tokens: Vocabulary, modelCount: Int, vocabulary: JSONObject) {
    self.tokens = tokens
    self.modelCount = modelCount
    self.vocabulary = vocabulary
  }

  /// The id of the token that the file writes as `name`.
  func id(of name: String, _ field: JSONField) throws(LMError) -> Int32 {
    guard case .integer(let id) = vocabulary[name] else {
      throw field.failure(
        "names the token \(JSON.quoted(name)), which is not in \"model.vocab\"",
        remedy: "use files that belong together")
    }
    return Int32(truncatingIfNeeded: id)
  }

  /// The position in the object of every id, -1 for ids that only added tokens have.
  private static func positionsByID(
    _ field: JSONField, _ object: JSONObject, _ addedTokens: [AddedToken]
  ) throws(LMError) -> [Int] {
    // A file of n tokens has no business with ids far above n; this also bounds memory by the file's size.
    let limit = min(idLimit, object.count + addedTokens.count + gapLimit)
    var positions: [Int] = []
    positions.reserveCapacity(object.count + addedTokens.count)
    for (position, member) in object.members.enumerated() {
      guard case .integer(let id) = member.value, (0...limit).contains(id) else {
        throw try field[member.key].unexpected("an id from 0 to \(limit)")
      }
      while positions.count <= id { positions.append(-1) }
      guard positions[id] < 0 else {
        throw try field[member.key].failure(
          "is \(id), the id of \(JSON.quoted(object[positions[id]].key)) too",
          remedy: "give every token its own id")
      }
      positions[id] = position
    }
    for token in addedTokens {
      guard token.id <= limit else {
        throw tooHigh(field, object.count, token)
      }
      while positions.count <= token.id { positions.append(-1) }
    }
    return positions
  }

  private mutating func append(
    _ id: Int, _ position: Int, _ added: AddedToken?, in field: JSONField, isByteLevel: Bool
  ) throws(LMError) {
    if let added {
      if position >= 0, !KeyIndex.sameBytes(vocabulary[position].key, added.content) {
        throw try field[vocabulary[position].key].failure(
          "is \(id), the id of the added token \(JSON.quoted(added.content)) too",
          remedy: "give every token its own id")
      }
      // A model of characters may use a token that is also looked for in the text, such as `[UNK]`.
      return tokens.append(added.content.utf8, isLiteral: isByteLevel || position < 0)
    }
    guard position >= 0, !vocabulary[position].key.isEmpty else { return tokens.appendGap() }
    var key = vocabulary[position].key
    guard isByteLevel else { return tokens.append(key.utf8) }
    var bytes: [UInt8] = []
    let isMapped = key.withUTF8 { ByteLevelAlphabet.appendBytes(of: $0, to: &bytes) }
    tokens.append(isMapped ? bytes : Array(key.utf8), isLiteral: !isMapped)
  }
}
