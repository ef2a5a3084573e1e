import Foundation

/// What the bundled corpus consists of: languages, splits, sizes and seeds.
package struct Corpus: Sendable {
  /// One file: `documents` independent stories of one language from one seed.
  package struct Split: Sendable {
    package let language: Grammar.Language
    package let name: String
    package let documents: Int
    package let seed: UInt64

    package var file: String { "\(language.rawValue).\(name).jsonl" }
  }

  package static let splits = [
    Split(language: .english, name: "train", documents: 2200, seed: 20_250_101),
    Split(language: .english, name: "heldout", documents: 180, seed: 20_250_102),
    Split(language: .chinese, name: "train", documents: 560, seed: 20_250_103),
    Split(language: .chinese, name: "heldout", documents: 50, seed: 20_250_104),
  ]

  /// Tells the stories of `split`.
  package static func tellings(of split: Split, grammar: Grammar) throws(GrammarError) -> [Telling] {
    var random = RandomStream(seed: split.seed)
    var result: [Telling] = []
    for _ in 0..<split.documents { result.append(try grammar.tell(using: &random)) }
    return result
  }

  /// One JSON object with the key `text` per line.
  package static func jsonLines(_ texts: [String]) -> String {
    texts.map { text in
      let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
        "\n", with: "\\n")
      return "{\"text\": \"\(escaped)\"}\n"
    }.joined()
  }

  /// Every file of the corpus by name, told from the grammars in `folder/grammar`; nothing is written.
  ///
  /// The entropy of each split comes from the derivations of its texts, never from the teller's own record;
  /// the two must agree, and a disagreement is an error.
  package static func files(folder: URL) throws -> [String: String] {
    var files: [String: String] = [:]
    var report = EntropyReport()
    for language in [Grammar.Language.english, .chinese] {
      let grammar = try Grammar(folder: folder.appending(path: "grammar/\(language.rawValue)"))
      var texts: [String: [String]] = [:]
      for split in splits where split.language == language {
        let tellings = try tellings(of: split, grammar: grammar)
        texts[split.name] = tellings.map(\.text)
        let lines = jsonLines(tellings.map(\.text))
        files[split.file] = lines
        report.add(
          split, try SplitEntropy(of: tellings, split: split, grammar: grammar, fileBytes: lines.utf8.count))
      }
      report.add(
        language, Overlap(train: texts["train"] ?? [], heldout: texts["heldout"] ?? [], language: language))
    }
    files["entropy.json"] = try report.json()
    return files
  }
}
