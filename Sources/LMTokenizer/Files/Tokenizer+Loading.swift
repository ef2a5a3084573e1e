import LMRuntime

extension Tokenizer {
  /// Reads a tokenizer from a model folder, a `tokenizer.json` or a `.tiktoken` file.
  ///
  /// In a folder, `tokenizer_config.json` adds the special ids. A `.tiktoken` file says nothing about its
  /// pattern and special tokens: they are known from its name (`r50k_base`, `p50k_base`, `cl100k_base`,
  /// `o200k_base`).
  /// - Throws: ``LMError`` that names the file, the key and a remedy.
  /// - Complexity: O(bytes of the file), in time and memory.
  public static func load(path: String) throws(LMError) -> Tokenizer {
    if FileSystem.kind(of: path) == .directory {
      return try loadFile("\(path)/tokenizer.json", configuration: "\(path)/tokenizer_config.json")
    }
    if path.hasSuffix(".tiktoken") { return try TiktokenFile.load(path: path) }
    return try loadFile(path, configuration: nil)
  }

  private static func loadFile(
    _ path: String, configuration configurationPath: String?
  ) throws(LMError) -> Tokenizer {
    var tokenizer = try TokenizerFile.tokenizer(JSONField(JSON.read(path), in: path))
    if let configurationPath, FileSystem.kind(of: configurationPath) != nil {
      let field = JSONField(try JSON.read(configurationPath), in: configurationPath)
      tokenizer.configuration = try field.object()
      tokenizer.specialIDs = try tokenizer.specialIDs(in: field)
    }
    return tokenizer
  }

  /// The special ids that a tokenizer_config.json names; what it does not name keeps its customary token.
  private func specialIDs(in field: JSONField) throws(LMError) -> SpecialIDs {
    SpecialIDs(
      begin: try specialID("bos_token", in: field) ?? specialIDs.begin,
      end: try specialID("eos_token", in: field) ?? specialIDs.end,
      padding: try specialID("pad_token", in: field) ?? specialIDs.padding)
  }

  private func specialID(_ key: String, in field: JSONField) throws(LMError) -> Int32? {
    guard let value = try field.optional(key) else { return nil }
    let content: String
    if case .object = value.value {
      content = try value["content"].string()
    } else {
      content = try value.string()
    }
    guard let id = id(content) else {
      throw value.failure(
        "is \(JSON.quoted(content)), which is not in tokenizer.json",
        remedy: "name a token of the vocabulary, or take the file that belongs to tokenizer.json")
    }
    return id
  }
}
