import LMRuntime

/// What the keys `tokenizer.ggml.*` of a GGUF file may say of a tokenizer; see ``GGUFVocabulary`` for what they mean.
struct GGUFVocabularyDraft {
  typealias TokenType = GGUFVocabulary.TokenType

  var model: String
  var preTokenizer: String
  var tokens: [[UInt8]]
  var types: [TokenType]
  var scores: [Float] = []
  var merges: [[UInt8]] = []
  var specialIDs: [(name: String, id: Int32)] = []
  var addsBegin: Bool?
  var addsEnd: Bool?
  var addsSpacePrefix: Bool?
  var removesExtraSpaces: Bool?
  var precompiledCharsmap: [UInt8] = []
  var chatTemplates: [(name: String, text: String)] = []

  /// Adds tokens that no text becomes, up to `count`: a model may know more ids than its tokenizer.
  mutating func pad(to count: Int) {
    for id in tokens.count..<max(count, tokens.count) {
      tokens.append(Array("[PAD\(id)]".utf8))
      types.append(.unused)
      if !scores.isEmpty { scores.append(-1_000) }
    }
  }

  /// Adds the keys in the order in which llama.cpp's converter writes them.
  func write(to metadata: inout GGUFMetadata) throws(LMError) {
    let base = "tokenizer.ggml"
    try metadata.set("\(base).model", model)
    try metadata.set("\(base).pre", preTokenizer)
    try metadata.set("\(base).tokens", strings: tokens)
    try metadata.set("\(base).scores", scores)
    try metadata.set("\(base).token_type", types.map(\.rawValue))
    // llama.cpp asks for the merges of a vocabulary that has none.
    try metadata.set("\(base).merges", strings: merges, keepsEmpty: model == "gpt2")
    for (name, id) in specialIDs { try metadata.set("\(base).\(name)_token_id", Int(id)) }
    let flags: [(String, Bool?)] = [
      ("add_bos_token", addsBegin), ("add_eos_token", addsEnd), ("add_space_prefix", addsSpacePrefix),
      ("remove_extra_whitespaces", removesExtraSpaces),
    ]
    for (name, flag) in flags {
      if let flag { try metadata.set("\(base).\(name)", flag) }
    }
    try metadata.set("\(base).precompiled_charsmap", precompiledCharsmap.map(Int.init), as: .uint8)
    for (name, text) in chatTemplates {
      try metadata.set("tokenizer.chat_template" + (name == "default" ? "" : ".\(name)"), text)
    }
  }
}
