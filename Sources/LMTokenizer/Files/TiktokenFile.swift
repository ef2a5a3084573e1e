import LMRuntime

/// tiktoken's vocabulary: lines of a token's bytes in base 64 and its rank, which is its id.
///
/// A pair merges where the vocabulary has its bytes, the lowest id first; so every way to cut a token into
/// two tokens is a merge of the rank of its id.
enum TiktokenFile {
  /// Longer tokens are refused: the merges of a token cost the square of its length.
  private static let tokenLengthLimit = 1024
  private static let gapLimit = 1 << 16

  /// What a file's name says about it.
  private struct Encoding {
    let pattern: SplitPattern
    let specials: [(String, Int32)]
  }

  private static let encodings: [String: Encoding] = [
    "r50k_base": Encoding(pattern: .gpt2, specials: [("<|endoftext|>", 50256)]),
    "p50k_base": Encoding(pattern: .gpt2, specials: [("<|endoftext|>", 50256)]),
    "cl100k_base": Encoding(
      pattern: .cl100k,
      specials: [
        ("<|endoftext|>", 100257), ("<|fim_prefix|>", 100258), ("<|fim_middle|>", 100259),
        ("<|fim_suffix|>", 100260), ("<|endofprompt|>", 100276),
      ]),
    "o200k_base": Encoding(
      pattern: .o200k, specials: [("<|endoftext|>", 199999), ("<|endofprompt|>", 200018)]),
  ]

  /// The tokenizer whose name the file has.
  static func load(path: String) throws(LMError) -> Tokenizer {
    let name = path.split(separator: "/").last.map { String($0.dropLast(".tiktoken".count)) } ?? ""
    guard let encoding = encodings[name] else {
      throw LMError(
        at: path, "does not say its pattern by its name",
        remedy:
          "name it \(encodings.keys.sorted().joined(separator: ", ")) with .tiktoken, or use a tokenizer.json"
      )
    }
    let added = encoding.specials.map { AddedToken($0.0, id: $0.1) }
    return Tokenizer(model: try model(path, added), pattern: encoding.pattern, addedTokens: added)
  }

  private static func model(_ path: String, _ added: [AddedToken]) throws(LMError) -> BPEModel {
    let file = try MappedFile(path)
    var tokens = try readTokens(file)
    let modelCount = tokens.count
    for token in added {
      while tokens.count <= token.id { tokens.append([]) }
      guard tokens[Int(token.id)].isEmpty else {
        throw LMError(
          at: path, "has a token with the id \(token.id) of \(token.content)",
          remedy: "use the published file")
      }
      tokens[Int(token.id)] = Array(token.content.utf8)
    }
    let literals = Set(added.map(\.id))
    var vocabulary = Vocabulary(reserving: tokens.count)
    for (id, token) in tokens.enumerated() {
      vocabulary.append(token, isLiteral: token.isEmpty || literals.contains(Int32(id)))
    }
    try PairTable.check(tokens: tokens.count, merges: 0, at: path)
    let byteTokens = (0...255).map { vocabulary.id(of: [UInt8($0)]) ?? -1 }
    if let missing = byteTokens.firstIndex(of: -1) {
      throw LMError(at: path, "has no token for the byte \(missing)", remedy: "use a complete file")
    }
    guard let merges = CanonicalMerges.of(vocabulary, modelCount, byteTokens: byteTokens) else {
      throw LMError(
        at: path, "has more than \(PairTable.mergeLimit) merges", remedy: "use the published file")
    }
    return BPEModel(
      vocabulary: vocabulary, modelCount: modelCount, byteTokens: byteTokens, merges: merges,
      ranks: .resultID,
      ignoresMerges: true)
  }

  /// The bytes of every id; empty where the file skips one.
  private static func readTokens(_ file: MappedFile) throws(LMError) -> [[UInt8]] {
    let lines = file.withBytes { Array($0) }.split(separator: 0x0A)
    var tokens: [[UInt8]] = []
    for (number, line) in lines.enumerated() {
      guard let (token, rank) = parse(line), rank < lines.count + gapLimit else {
        throw LMError(
          at: "\(file.path), line \(number + 1)", "is not a token in base 64 and its rank",
          remedy: "use a complete file")
      }
      while tokens.count <= rank { tokens.append([]) }
      guard tokens[rank].isEmpty, token.count <= tokenLengthLimit else {
        throw LMError(
          at: "\(file.path), line \(number + 1)", "repeats the rank \(rank) or has over 1,024 bytes",
          remedy: "use the published file")
      }
      tokens[rank] = token
    }
    return tokens
  }

  private static func parse(_ line: ArraySlice<UInt8>) -> ([UInt8], Int)? {
    let parts = line.split(separator: 0x20)
    guard parts.count == 2, let token = Base64.decode(parts[0]), !token.isEmpty,
      let rank = Int(String(decoding: parts[1], as: UTF8.self)), rank >= 0
    else { return nil }
    return (token, rank)
  }
}
