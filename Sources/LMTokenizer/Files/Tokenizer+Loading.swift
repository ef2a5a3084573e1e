import LMRuntime

extension Tokenizer {
  /// Reads a tokenizer from a model folder, a `tokenizer.json`, a `vocab.txt`, a SentencePiece `.model`, a
  /// `.gguf` or a `.tiktoken` file.
  ///
  /// A folder has `tokenizer.json`, or BERT's `vocab.txt`, or GPT-2's `vocab.json` and `merges.txt`, or a
  /// SentencePiece `tokenizer.model`. There `tokenizer_config.json` and `special_tokens_map.json` add the
  /// special ids, and `chat_template.jinja` the chat template. A `.tiktoken` file says nothing
  /// about its pattern and special tokens: they are known from its name (`r50k_base`, `p50k_base`,
  /// `cl100k_base`, `o200k_base`).
  /// - Throws: ``LMError`` that names the file, the key and a remedy.
  /// - Complexity: O(bytes of the file), in time and memory.
  public static func load(path: String) throws(LMError) -> Tokenizer {
    if FileSystem.kind(of: path) == .directory { return try loadFolder(path) }
    if path.hasSuffix(".tiktoken") { return try TiktokenFile.load(path: path) }
    if path.hasSuffix("vocab.txt") { return try VocabularyFiles.bert(path: path, configuration: nil) }
    if path.hasSuffix(".model") { return try sentencePiece(path) }
    if path.hasSuffix(".gguf") { return try Tokenizer(GGUFVocabulary(GGUFFile(path: path)), from: path) }
    return try TokenizerFile.tokenizer(JSONField(JSON.read(path), in: path))
  }

  private static func sentencePiece(_ path: String) throws(LMError) -> Tokenizer {
    try Tokenizer(SentencePieceModel(path: path), from: path)
  }

  private static func loadFolder(_ path: String) throws(LMError) -> Tokenizer {
    let configuration = try field("\(path)/tokenizer_config.json")
    var tokenizer = try tokenizer(in: path, configuration)
    if let map = try field("\(path)/special_tokens_map.json") {
      tokenizer.specialIDs = try tokenizer.specialIDs(in: map)
    }
    if let configuration {
      tokenizer.configuration = try configuration.object()
      tokenizer.specialIDs = try tokenizer.specialIDs(in: configuration)
      tokenizer.cleansUpSpaces = try configuration.optional("clean_up_tokenization_spaces")?.bool() ?? false
    }
    let template = "\(path)/chat_template.jinja"
    if FileSystem.kind(of: template) != nil {
      let text = try MappedFile(template).withBytes { String(decoding: $0, as: UTF8.self) }
      tokenizer.configuration["chat_template"] = .string(text)
    }
    return tokenizer
  }

  private static func tokenizer(
    in folder: String, _ configuration: JSONField?
  ) throws(LMError) -> Tokenizer {
    func exists(_ name: String) -> Bool { FileSystem.kind(of: "\(folder)/\(name)") != nil }
    if !exists("tokenizer.json") {
      if exists("vocab.txt") {
        return try VocabularyFiles.bert(path: "\(folder)/vocab.txt", configuration: configuration)
      }
      if exists("tokenizer.model") { return try sentencePiece("\(folder)/tokenizer.model") }
      if exists("vocab.json"), exists("merges.txt") {
        return try VocabularyFiles.gpt2(
          vocabulary: "\(folder)/vocab.json", merges: "\(folder)/merges.txt", configuration: configuration)
      }
    }
    let path = "\(folder)/tokenizer.json"
    return try TokenizerFile.tokenizer(JSONField(JSON.read(path), in: path))
  }

  /// The document at `path`, nil where there is no such file.
  private static func field(_ path: String) throws(LMError) -> JSONField? {
    FileSystem.kind(of: path) == nil ? nil : JSONField(try JSON.read(path), in: path)
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
