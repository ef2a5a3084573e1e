import LMRuntime

/// `model.vocab` together with `added_tokens`: which bytes every id stands for.
struct VocabularyField {
  private(set) var tokens: Vocabulary
  /// Number of ids up to the last one of `model.vocab`.
  let modelCount: Int
  /// The token of every byte, -1 where a byte has none.
  private(set) var byteTokens = Array(repeating: Int32(-1), count: 256)
  /// The added tokens with the ids that count.
  let addedTokens: [AddedToken]
  private let vocabulary: JSONObject

  /// Ids that a file may leave unused between its added tokens (cl100k has 15, o200k 17).
  private static let gapLimit = 1 << 16
  private static let idLimit = Int(Int32.max) - 1

  /// Reads and checks the vocabulary. `isByteLevel` says that its names are of bytes, in GPT-2's alphabet.
  static func read(
    _ field: JSONField, _ addedTokens: [AddedToken], isByteLevel: Bool
  ) throws(LMError) -> VocabularyField {
    let object = try field.object()
    var positions = try positionsByID(field, object, addedTokens.count)
    let modelCount = positions.lastIndex { $0 >= 0 }.map { $0 + 1 } ?? 0
    guard modelCount > 0 else { throw field.failure("is empty", remedy: "use a complete tokenizer.json") }
    let resolved = try resolve(addedTokens, field, object.count) { name in
      guard case .integer(let id) = object[name] else { return nil }
      return id
    } isUsed: {
      $0 < positions.count && positions[$0] >= 0
    }
    for token in resolved { while positions.count <= token.id { positions.append(-1) } }
    let added = Dictionary(resolved.map { ($0.id, $0) }) { first, _ in first }
    var result = VocabularyField(
      tokens: Vocabulary(reserving: positions.count), modelCount: modelCount, addedTokens: resolved,
      vocabulary: object)
    for (id, position) in positions.enumerated() {
      result.append(position, added[Int32(id)], isByteLevel: isByteLevel)
    }
    if isByteLevel { result.readByteTokens() }
    return result
  }

  /// Reads a vocabulary that is a list: the position is the id.
  static func read(
    _ tokens: [String], _ field: JSONField, _ addedTokens: [AddedToken]
  ) throws(LMError) -> (Vocabulary, [AddedToken]) {
    var ids: [ContentKey: Int] = [:]
    if !addedTokens.isEmpty {
      for (id, token) in tokens.enumerated() { ids[ContentKey(token)] = id }
    }
    let resolved = try resolve(addedTokens, field, tokens.count) {
      ids[ContentKey($0)]
    } isUsed: {
      $0 < tokens.count
    }
    var vocabulary = Vocabulary(reserving: tokens.count + addedTokens.count)
    for token in tokens {
      if token.isEmpty { vocabulary.appendGap() } else { vocabulary.append(token.utf8) }
    }
    for token in resolved.sorted(by: { $0.id < $1.id }) where token.id >= tokens.count {
      while vocabulary.count < token.id { vocabulary.appendGap() }
      vocabulary.append(token.content.utf8, isLiteral: true)
    }
    return (vocabulary, resolved)
  }

  /// The ids of added tokens as Hugging Face's tokenizers give them: a token of the model keeps its id; another one
  /// has the id of the file, or, where the model has that for something else, the next one that is free.
  private static func resolve(
    _ addedTokens: [AddedToken], _ field: JSONField, _ count: Int, find: (String) -> Int?,
    isUsed: (Int) -> Bool
  ) throws(LMError) -> [AddedToken] {
    let limit = min(idLimit, count + addedTokens.count + gapLimit)
    var taken: Set<Int32> = []
    var seen: Set<ContentKey> = []
    var next = count
    var resolved: [AddedToken] = []
    for token in addedTokens where seen.insert(ContentKey(token.content)).inserted {
      var id = find(token.content).flatMap { Int32(exactly: $0) } ?? token.id
      if find(token.content) == nil {
        if isUsed(Int(id)) || taken.contains(id) {
          while isUsed(next) || taken.contains(Int32(next)) { next += 1 }
          id = Int32(next)
        }
        guard id <= limit else {
          throw field.failure(
            "has \(count) tokens, and the added token \(JSON.quoted(token.content)) the id \(id)",
            remedy: "give added tokens the ids that follow the vocabulary")
        }
      }
      taken.insert(id)
      resolved.append(token.withID(id))
    }
    return resolved
  }

  private mutating func readByteTokens() {
    for byte in 0...255 { byteTokens[byte] = tokens.id(of: [UInt8(byte)]) ?? -1 }
  }

  private init(tokens: Vocabulary, modelCount: Int, addedTokens: [AddedToken], vocabulary: JSONObject) {
    self.tokens = tokens
    self.addedTokens = addedTokens
    self.modelCount = modelCount
    self.vocabulary = vocabulary
  }

  /// The id of the token that the file writes as `name`.
  func id(of name: String, _ field: JSONField) throws(LMError) -> Int32 {
    guard !name.isEmpty, case .integer(let id) = vocabulary[name] else {
      throw field.failure(
        "names the token \(JSON.quoted(name)), which is not in \"model.vocab\"",
        remedy: "use files that belong together")
    }
    return Int32(truncatingIfNeeded: id)
  }

  /// The position in the object of every id, -1 for ids that only added tokens have.
  private static func positionsByID(
    _ field: JSONField, _ object: JSONObject, _ addedCount: Int
  ) throws(LMError) -> [Int] {
    // A file of n tokens has no business with ids far above n; this also bounds memory by the file's size.
    let limit = min(idLimit, object.count + addedCount + gapLimit)
    var positions: [Int] = []
    positions.reserveCapacity(object.count + addedCount)
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
    return positions
  }

  private mutating func append(
    _ position: Int, _ added: AddedToken?, isByteLevel: Bool
  ) {
    if let added {
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
