import LMRuntime

/// The architectures of GGUF files that can be read and written.
enum GGUFFamilies {
  /// In the order in which errors list them.
  static let all: [any GGUFFamily.Type] = [
    LlamaGGUF.self, Qwen3GGUF.self, GPT2GGUF.self, BloomGGUF.self,
  ]

  /// The architecture of a file.
  /// - Throws: ``LMError`` that lists the known ones.
  static func architecture(of file: GGUFFile) throws(LMError) -> any GGUFFamily.Type {
    guard let name = try file.string("general.architecture") else {
      throw file.failure("general.architecture", "is missing", remedy: "use the GGUF file of a whole model")
    }
    if let found = all.first(where: { $0.architecture == name }) { return found }
    throw file.failure(
      "general.architecture", "is \(JSON.quoted(name)), which is unknown",
      remedy: "use a model of one of: \(all.map { $0.architecture }.joined(separator: ", "))")
  }

  /// The architecture that writes models of `family`.
  /// - Throws: ``LMError`` where there is none.
  static func architecture(
    for family: any ModelFamily.Type, at place: String
  ) throws(LMError) -> any GGUFFamily.Type {
    if let found = all.first(where: { $0.family.modelType == family.modelType }) { return found }
    throw LMError(
      at: place, "the family \"\(family.modelType)\" has no form in GGUF",
      remedy: "use a model of one of: \(all.map { $0.family.modelType }.joined(separator: ", "))")
  }
}
