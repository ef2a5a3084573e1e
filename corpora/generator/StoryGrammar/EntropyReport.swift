import Foundation

/// `entropy.json`: the floor under a model's loss, by language and split.
struct EntropyReport {
  private struct Language: Encodable {
    var splits: [String: SplitEntropy] = [:]
    var overlap: Overlap?

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      for (name, split) in splits { try container.encode(split, forKey: Key(stringValue: name)) }
      try container.encodeIfPresent(overlap, forKey: Key(stringValue: "overlap"))
    }
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private var languages: [String: Language] = [:]

  mutating func add(_ split: Corpus.Split, _ entropy: SplitEntropy) {
    languages[split.language.rawValue, default: Language()].splits[split.name] = entropy
  }

  mutating func add(_ language: Grammar.Language, _ overlap: Overlap) {
    languages[language.rawValue, default: Language()].overlap = overlap
  }

  /// Sorted keys and snake case, so that the same figures are the same bytes.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(languages), as: UTF8.self) + "\n"
  }
}
