import ArgumentParser
import LMGeneration
import LMRuntime

/// What the generated text must be.
struct ConstraintOptions: ParsableArguments {
  @Option(help: "A grammar in llama.cpp's notation (GBNF) that the text must follow.") var grammar: String?
  @Option(help: "A file with such a grammar.") var grammarFile: String?
  @Option(
    name: [.customShort("j"), .long], help: "A JSON schema, or a file with one: the text is such a document.")
  var jsonSchema: String?

  /// Whether the text may be anything.
  var isEmpty: Bool { grammar == nil && grammarFile == nil && jsonSchema == nil }

  /// The grammar that is asked for, nil for none.
  /// - Throws: ``LMError`` where it is wrong, or there are several.
  func parsed() throws -> Grammar? {
    guard [grammar, grammarFile, jsonSchema].filter({ $0 != nil }).count <= 1 else {
      throw LMError(
        .usage, at: "--grammar", "comes with another grammar or schema",
        remedy: "give one of --grammar, --grammar-file and --json-schema")
    }
    if let grammar { return try Grammar(gbnf: grammar, from: "--grammar") }
    if let grammarFile {
      let bytes = try MappedFile(grammarFile).withBytes { Array($0) }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw LMError(at: grammarFile, "is not UTF-8", remedy: "convert the grammar to UTF-8")
      }
      return try Grammar(gbnf: text, from: grammarFile)
    }
    guard let jsonSchema else { return nil }
    let isText = ["{", "t", "f"].contains { jsonSchema.drop { $0.isWhitespace }.hasPrefix($0) }
    guard isText, FileSystem.kind(of: jsonSchema) == nil else {
      return try Grammar(jsonSchema: JSON.read(jsonSchema), from: jsonSchema)
    }
    return try Grammar(
      jsonSchema: JSON.parse(jsonSchema, from: "--json-schema"), from: "--json-schema")
  }
}
