import LMRuntime

extension Tokenizer {
  /// The tokenizer of a GGUF file.
  ///
  /// `gpt2` is byte-level BPE, split by the pattern that `tokenizer.ggml.pre` names; `llama` and `t5` are
  /// SentencePiece's BPE and unigram; `bert` is WordPiece on lower case without accents, as in llama.cpp, whose
  /// files do not say more.
  /// - Throws: ``LMError`` where the kind of model or the pattern is unknown, or the vocabulary is not one.
  /// - Complexity: O(bytes of the vocabulary).
  public init(_ vocabulary: GGUFVocabulary, from place: String) throws(LMError) {
    switch vocabulary.model {
    case "gpt2": self = try vocabulary.byteLevel(place)
    case "llama", "t5": self = try Tokenizer(vocabulary.sentencePiece(place), from: place)
    case "bert": self = try vocabulary.wordPiece(place)
    default:
      throw LMError(
        at: "\(place), key tokenizer.ggml.model", "is \(JSON.quoted(vocabulary.model))",
        remedy: "use a file with one of gpt2, llama, t5, bert")
    }
    try vocabulary.addSpecials(to: &self, place)
  }
}

extension GGUFVocabulary {
  /// The splitting patterns by their names in llama.cpp.
  private static let patterns: [String: SplitPattern] = [
    "gpt-2": .gpt2, "gpt2": .gpt2, "default": .gpt2, "phi-2": .gpt2, "mpt": .gpt2, "olmo": .gpt2,
    "jais": .gpt2,
    "llama-bpe": .llama3, "llama3": .llama3, "llama-v3": .llama3, "dbrx": .llama3, "smaug-bpe": .llama3,
    "falcon3": .llama3, "qwen2": .qwen2, "deepseek-r1-qwen": .qwen2, "megrez": .qwen2, "gpt-4o": .o200k,
    "llama4": .o200k,
  ]

  fileprivate func byteLevel(_ place: String) throws(LMError) -> Tokenizer {
    let name = preTokenizer ?? "default"
    guard let pattern = Self.patterns[name] else {
      throw LMError(
        at: "\(place), key tokenizer.ggml.pre",
        "is \(JSON.quoted(name)), whose splitting pattern is not known",
        remedy: "use the model's tokenizer.json, or a file with one of "
          + Self.patterns.keys.sorted().joined(separator: ", "))
    }
    var model: JSONObject = ["type": "BPE", "merges": .array(merges.map { .string($0) })]
    model["vocab"] = try vocabularyField(place) { $0 }
    // Llama 3 and its kin never take a token apart that is a pre-token as a whole.
    model["ignore_merges"] = .bool(["llama-bpe", "llama3", "llama-v3", "falcon3"].contains(name))
    let split: JSON = [
      "type": "Split", "pattern": ["Regex": .string(pattern.regex)], "behavior": "Isolated", "invert": false,
    ]
    let bytes: JSON = [
      "type": "ByteLevel", "add_prefix_space": .bool(addsSpacePrefix ?? false), "use_regex": false,
    ]
    return try TokenizerFile.tokenizer(
      JSONField(
        [
          "added_tokens": addedTokens(), "normalizer": pattern == .qwen2 ? ["type": "NFC"] : nil,
          "pre_tokenizer": ["type": "Sequence", "pretokenizers": [split, bytes]],
          "decoder": ["type": "ByteLevel"], "model": .object(model),
        ], in: place))
  }

  /// A token of GGUF has ▁ before what begins a word, one of BERT has ## before what goes on.
  fileprivate func wordPiece(_ place: String) throws(LMError) -> Tokenizer {
    let model: JSONObject = [
      "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
      "max_input_chars_per_word": 100,
      "vocab": try vocabularyField(place) { text in
        if text.hasPrefix("\u{2581}") { return String(text.dropFirst()) }
        return text.hasPrefix("[") && text.hasSuffix("]") && text.count > 2 ? text : "##" + text
      },
    ]
    return try TokenizerFile.tokenizer(
      JSONField(
        [
          "added_tokens": addedTokens(), "normalizer": ["type": "BertNormalizer", "lowercase": true],
          "pre_tokenizer": ["type": "BertPreTokenizer"], "decoder": ["type": "WordPiece", "prefix": "##"],
          "model": .object(model),
        ], in: place))
  }

  fileprivate func sentencePiece(_ place: String) throws(LMError) -> SentencePieceModel {
    guard !(0..<count).contains(where: { token($0).isEmpty }), types?.count(where: { $0 == .unknown }) == 1
    else {
      throw LMError(
        at: "\(place), key tokenizer.ggml.tokens", "has an empty token, or not one unknown token",
        remedy: "use a complete GGUF file")
    }
    var result = SentencePieceModel()
    result.algorithm = model == "t5" ? .unigram : .bpe
    result.pieces = (0..<count).map { id in
      SentencePieceModel.Piece(
        bytes: Array(token(id)), score: scores?[id] ?? 0,
        type: types.flatMap { SentencePieceModel.PieceType(rawValue: Int32($0[id].rawValue)) } ?? .normal)
    }
    result.fallsBackToBytes = types?.contains(.byte) ?? false
    result.beginID = specialIDs["bos"] ?? -1
    result.endID = specialIDs["eos"] ?? -1
    result.paddingID = specialIDs["padding"] ?? -1
    result.normalizer.precompiledCharsmap = precompiledCharsmap
    result.normalizer.addsDummyPrefix = addsSpacePrefix ?? true
    result.normalizer.removesExtraSpaces = removesExtraSpaces ?? false
    return result
  }

  /// Tokens as tokenizer.json has them, by `name` of what the file has; a token that is there twice keeps its first id.
  private func vocabularyField(_ place: String, _ name: (String) -> String) throws(LMError) -> JSON {
    var vocabulary = JSONObject()
    for id in 0..<count {
      guard let text = String(validating: token(id), as: UTF8.self) else {
        throw LMError(
          at: "\(place), key tokenizer.ggml.tokens", "has no UTF-8 at \(id)",
          remedy: "use a complete GGUF file")
      }
      let name = name(text)
      if vocabulary[name] == nil { vocabulary[name] = .integer(id) }
    }
    return .object(vocabulary)
  }

  /// Control tokens are special; those of users are found in texts, too.
  private func addedTokens() -> JSON {
    .array(
      (0..<count).compactMap { id in
        guard let type = types?[id], type == .control || type == .userDefined || type == .unknown,
          !token(id).isEmpty
        else { return nil }
        return [
          "id": .integer(id), "content": .string(String(decoding: token(id), as: UTF8.self)),
          "special": .bool(type != .userDefined), "normalized": false, "lstrip": false, "rstrip": false,
          "single_word": false,
        ]
      })
  }

  /// Special ids, what goes around texts, and the chat template.
  fileprivate func addSpecials(to tokenizer: inout Tokenizer, _ place: String) throws(LMError) {
    tokenizer.specialIDs = Tokenizer.SpecialIDs(
      begin: specialIDs["bos"] ?? tokenizer.specialIDs.begin,
      end: specialIDs["eos"] ?? tokenizer.specialIDs.end,
      padding: specialIDs["padding"] ?? tokenizer.specialIDs.padding)
    let isBERT = model == "bert"
    var template = SequenceTemplate()
    if addsBegin ?? (isBERT || model == "llama"),
      let id = isBERT ? specialIDs["cls"] ?? specialIDs["bos"] : specialIDs["bos"]
    {
      template.prefix = [id]
    }
    if addsEnd ?? (isBERT || model == "t5"),
      let id = isBERT ? specialIDs["seperator"] ?? specialIDs["eos"] : specialIDs["eos"]
    {
      template.suffix = [id]
    }
    tokenizer.template = template
    if let addsBegin { tokenizer.configuration["add_bos_token"] = .bool(addsBegin) }
    if let main = chatTemplates["default"] { tokenizer.configuration["chat_template"] = .string(main) }
  }
}
