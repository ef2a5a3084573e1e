import LMRuntime

/// A file with a prompt per line.
enum PromptFile {
  /// The prompts of `path`: `{"prompt": "…"}` per line where its name ends in .jsonl, else the lines. Empty
  /// lines count for nothing.
  /// - Throws: ``LMError`` where the file cannot be read, is not UTF-8, or a line is no such object.
  static func read(_ path: String) throws(LMError) -> [String] {
    let bytes = try MappedFile(path).withBytes { Array($0) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LMError(at: path, "is not UTF-8", remedy: "convert the file to UTF-8")
    }
    var prompts: [String] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      guard line.contains(where: { !$0.isWhitespace }) else { continue }
      guard path.hasSuffix(".jsonl") else {
        prompts.append(String(line))
        continue
      }
      let place = "\(path):\(index + 1)"
      prompts.append(
        try JSONField(try JSON.parse(String(line), from: place), in: place)["prompt"].string())
    }
    return prompts
  }
}
