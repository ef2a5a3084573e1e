import LMRuntime

/// `model`.
enum ModelField {
  /// The model that the document describes.
  static func read(
    _ document: JSONField, _ preTokenizer: PreTokenizer, _ normalizer: Normalizer, _ added: [AddedToken]
  ) throws(LMError) -> (TokenizerModel, [AddedToken]) {
    let model = try document["model"]
    switch try type(model) {
    case "BPE": return try bpe(model, isByteLevel(model, preTokenizer, normalizer), added)
    case "Unigram": return try unigram(model, added)
    case "WordPiece": return try wordPiece(model, added)
    case "WordLevel": return try wordLevel(model, added)
    default: throw TokenizerFile.unsupported(try model["type"], "BPE, Unigram, WordPiece or WordLevel")
    }
  }

  /// Old files leave `type` out; the members then tell.
  private static func type(_ model: JSONField) throws(LMError) -> String {
    if let type = try model.optional("type") { return try type.string() }
    let object = try model.object()
    if object["merges"] != nil { return "BPE" }
    if object["max_input_chars_per_word"] != nil { return "WordPiece" }
    if case .array = object["vocab"] { return "Unigram" }
    if case .string = object["unk_token"] { return "WordLevel" }
    throw model.failure("has no \"type\" and no \"merges\"", remedy: "use a complete tokenizer.json")
  }

  /// True where the tokens can be kept as bytes: texts come as the characters of bytes, and nothing else does.
  private static func isByteLevel(
    _ model: JSONField, _ preTokenizer: PreTokenizer, _ normalizer: Normalizer
  ) throws(LMError) -> Bool {
    let steps = preTokenizer.steps
    let byteSteps = steps.filter { if case .byteLevel = $0 { true } else { false } }
    guard case .byteLevel = steps.last, byteSteps.count == 1 else { return false }
    if normalizer.steps.contains(.byteLevel) { return false }
    if try model.optional("byte_fallback")?.bool() ?? false { return false }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let affix = try model.optional(key), try !affix.string().isEmpty { return false }
    }
    return true
  }

  private static func bpe(
    _ model: JSONField, _ isByteLevel: Bool, _ added: [AddedToken]
  ) throws(LMError) -> (TokenizerModel, [AddedToken]) {
    if let dropout = try model.optional("dropout"), try dropout.double() != 0 {
      throw dropout.failure(
        "is \(try dropout.double()), which makes ids random", remedy: "set it to null to encode")
    }
    let prefix = try model.optional("continuing_subword_prefix")?.string() ?? ""
    let vocabulary = try VocabularyField.read(
      try model["vocab"], added, isByteLevel: isByteLevel)
    let merges = try MergesField.read(
      try model["merges"], vocabulary, isByteLevel: isByteLevel, prefix: Array(prefix.utf8))
    if let problem = PairTable.problem(tokens: vocabulary.tokens.count, merges: merges.count) {
      throw model.failure(problem, remedy: PairTable.remedy)
    }
    var options = CharacterBPEModel.Options()
    if let unknown = try model.optional("unk_token") {
      options.unknownID = try vocabulary.id(of: try unknown.string(), unknown)
    }
    options.fusesUnknown = try model.optional("fuse_unk")?.bool() ?? false
    options.ignoresMerges = try model.optional("ignore_merges")?.bool() ?? false
    if isByteLevel {
      let model = BPEModel(
        vocabulary: vocabulary.tokens, modelCount: vocabulary.modelCount,
        byteTokens: vocabulary.byteTokens, merges: merges, ignoresMerges: options.ignoresMerges,
        unknownID: options.unknownID, fusesUnknown: options.fusesUnknown)
      return (.byteLevel(model), vocabulary.addedTokens)
    }
    options.usesByteFallback = try model.optional("byte_fallback")?.bool() ?? false
    options.continuingPrefix = prefix
    options.endSuffix = try model.optional("end_of_word_suffix")?.string() ?? ""
    let model = CharacterBPEModel(
      vocabulary: vocabulary.tokens, modelCount: vocabulary.modelCount, merges: merges, options: options)
    return (.characters(model), vocabulary.addedTokens)
  }

  private static func unigram(
    _ model: JSONField, _ added: [AddedToken]
  ) throws(LMError) -> (TokenizerModel, [AddedToken]) {
    let pieces = try model["vocab"]
    let (tokens, scores) = try scored(pieces)
    let (vocabulary, added) = try VocabularyField.read(tokens, pieces, added)
    let unknownID = try model.optional("unk_id")?.integer(in: 0...max(0, scores.count - 1))
    if let unknownID, tokens[unknownID].isEmpty {
      throw try model["unk_id"].failure("is an empty token", remedy: "name the unknown token")
    }
    let specials = Set(added.filter(\.isSpecial).map { Int($0.id) })
    let model = UnigramModel(
      vocabulary: vocabulary, scores: scores, unknownID: unknownID.map { Int32($0) },
      usesByteFallback: try model.optional("byte_fallback")?.bool() ?? false,
      isFound: { $0 == unknownID || !specials.contains($0) })
    return (.unigram(model), added)
  }

  private static func scored(_ field: JSONField) throws(LMError) -> ([String], [Double]) {
    guard case .array(let pieces) = field.value else { throw field.unexpected("an array") }
    guard !pieces.isEmpty else { throw field.failure("is empty", remedy: "use a complete tokenizer.json") }
    var tokens: [String] = []
    var scores: [Double] = []
    tokens.reserveCapacity(pieces.count)
    scores.reserveCapacity(pieces.count)
    for (position, piece) in pieces.enumerated() {
      guard case .array(let pair) = piece, pair.count == 2, case .string(let token) = pair[0] else {
        throw try field.array()[position].unexpected("a token and its score")
      }
      switch pair[1] {
      case .integer(let score): scores.append(Double(score))
      case .number(let score): scores.append(score)
      default: throw try field.array()[position].unexpected("a token and its score")
      }
      tokens.append(token)
    }
    return (tokens, scores)
  }

  private static func wordPiece(
    _ model: JSONField, _ added: [AddedToken]
  ) throws(LMError) -> (TokenizerModel, [AddedToken]) {
    let vocabulary = try VocabularyField.read(try model["vocab"], added, isByteLevel: false)
    let unknown = try model["unk_token"]
    let result = WordPieceModel(
      vocabulary: vocabulary.tokens, modelCount: vocabulary.modelCount,
      unknownID: try vocabulary.id(of: try unknown.string(), unknown),
      continuingPrefix: try model.optional("continuing_subword_prefix")?.string() ?? "##",
      longestWord: try model.optional("max_input_chars_per_word")?.integer(in: 0...Int(Int32.max)) ?? 100)
    return (.wordPiece(result), vocabulary.addedTokens)
  }

  private static func wordLevel(
    _ model: JSONField, _ added: [AddedToken]
  ) throws(LMError) -> (TokenizerModel, [AddedToken]) {
    let vocabulary = try VocabularyField.read(try model["vocab"], added, isByteLevel: false)
    let name = try model.optional("unk_token")?.string() ?? "<unk>"
    let result = WordLevelModel(
      vocabulary: vocabulary.tokens, modelCount: vocabulary.modelCount,
      unknownID: vocabulary.tokens.id(of: Array(name.utf8)), unknownName: name)
    return (.wordLevel(result), vocabulary.addedTokens)
  }
}
