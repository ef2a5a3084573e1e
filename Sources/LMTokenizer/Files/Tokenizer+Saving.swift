import LMRuntime

extension Tokenizer {
  /// Writes `tokenizer.json` and `tokenizer_config.json` into the folder `directory`, which is created where
  /// it is missing. Hugging Face's tokenizers and transformers open them and give the same ids.
  /// - Throws: ``LMError`` where a file cannot be written.
  public func save(to directory: String) throws(LMError) {
    try FileSystem.createDirectory(directory)
    try tokenizerDocument().write(to: "\(directory)/tokenizer.json")
    try configurationDocument().write(to: "\(directory)/tokenizer_config.json")
  }

  /// The document for `tokenizer_config.json`: what was read there, with the special tokens of now.
  func configurationDocument() -> JSON {
    var object = configuration
    let special = [
      ("bos_token", specialIDs.begin), ("eos_token", specialIDs.end), ("pad_token", specialIDs.padding),
    ]
    for (key, id) in special { object[key] = id.flatMap(token).map { .string($0) } }
    if object["tokenizer_class"] == nil { object["tokenizer_class"] = "PreTrainedTokenizerFast" }
    if object["clean_up_tokenization_spaces"] == nil { object["clean_up_tokenization_spaces"] = false }
    return .object(object)
  }

  /// The document for `tokenizer.json`.
  func tokenizerDocument() -> JSON {
    [
      "version": "1.0", "truncation": nil, "padding": nil,
      "added_tokens": .array(addedTokens.map(\.document)),
      "normalizer": normalizer == .none ? nil : ["type": "NFC"],
      "pre_tokenizer": preTokenizerDocument(),
      "post_processor": postProcessorDocument(),
      "decoder": Self.byteLevel(usesRegex: true, addsPrefixSpace: false),
      "model": modelDocument(),
    ]
  }

  private static func byteLevel(usesRegex: Bool, addsPrefixSpace: Bool) -> JSON {
    [
      "type": "ByteLevel", "add_prefix_space": .bool(addsPrefixSpace), "trim_offsets": true,
      "use_regex": .bool(usesRegex),
    ]
  }

  private func preTokenizerDocument() -> JSON {
    guard let pattern, pattern != .gpt2 else {
      return Self.byteLevel(usesRegex: pattern != nil, addsPrefixSpace: addsPrefixSpace)
    }
    let split: JSON = [
      "type": "Split", "pattern": ["Regex": .string(pattern.regex)], "behavior": "Isolated", "invert": false,
    ]
    return [
      "type": "Sequence",
      "pretokenizers": [split, Self.byteLevel(usesRegex: false, addsPrefixSpace: false)],
    ]
  }

  private func postProcessorDocument() -> JSON {
    guard !template.isEmpty else { return Self.byteLevel(usesRegex: true, addsPrefixSpace: false) }
    func piece(_ id: Int32, _ type: Int) -> JSON {
      ["SpecialToken": ["id": .string(token(id) ?? ""), "type_id": .integer(type)]]
    }
    func sequence(_ name: String, _ type: Int) -> [JSON] {
      template.prefix.map { piece($0, type) } + [
        ["Sequence": ["id": .string(name), "type_id": .integer(type)]]
      ]
        + template.suffix.map { piece($0, type) }
    }
    var specials = JSONObject()
    for id in template.prefix + template.suffix {
      let name = token(id) ?? ""
      specials[name] = ["id": .string(name), "ids": [.integer(Int(id))], "tokens": [.string(name)]]
    }
    return [
      "type": "TemplateProcessing", "single": .array(sequence("A", 0)),
      "pair": .array(sequence("A", 0) + sequence("B", 1)), "special_tokens": .object(specials),
    ]
  }

  private func modelDocument() -> JSON {
    var vocabulary = JSONObject()
    for id in 0..<Int32(model.modelCount) {
      if let name = token(id) { vocabulary[name] = .integer(Int(id)) }
    }
    let merges = model.merges.map { merge in
      JSON.string("\(token(merge.left) ?? "") \(token(merge.right) ?? "")")
    }
    return [
      "type": "BPE", "dropout": nil, "unk_token": model.unknownID.flatMap(token).map { .string($0) } ?? nil,
      "continuing_subword_prefix": nil, "end_of_word_suffix": nil, "fuse_unk": .bool(model.fusesUnknown),
      "byte_fallback": false, "ignore_merges": .bool(model.ignoresMerges), "vocab": .object(vocabulary),
      "merges": .array(merges),
    ]
  }
}

extension AddedToken {
  /// The token as an element of `added_tokens`.
  var document: JSON {
    [
      "id": .integer(Int(id)), "content": .string(content), "single_word": .bool(isSingleWord),
      "lstrip": .bool(stripsLeft), "rstrip": .bool(stripsRight), "normalized": .bool(isNormalized),
      "special": .bool(isSpecial),
    ]
  }
}
