import ArgumentParser
import LMRuntime
import LMTokenizer

struct TokenizerInspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Bytes per token, unused entries, and tokens per word by script or language.",
    discussion: """
      A word is a run without white space; in scripts that put no spaces between words (Han, Kana, Thai, Lao, Khmer,
      Myanmar, Tibetan) it is a letter. Words are grouped by the script of their first letter, or, with --language,
      by the files that they come from. Their tokens are those of each word alone with the space before it.
      """)
  @OptionGroup var common: CommonOptions
  @OptionGroup var source: TokenizerInput
  @Option(
    name: .customLong("language"), parsing: .upToNextOption,
    help: "Texts by language instead of TEXT: NAME=PATH, such as de=german.txt; a path may be a folder.")
  var languages: [String] = []

  func run() throws {
    try common.apply()
    let inspection = languages.isEmpty ? try inspectedText() : try inspectedLanguages()
    let report = inspection.report
    if common.json { return print(JSON.object(object(report, isForPeople: false)).text()) }
    printObject(object(report, isForPeople: true), asJSON: false)
    printGroups(report.groups)
  }

  private func inspectedText() throws -> TokenizerInspection {
    var inspection = TokenizerInspection(try source.load())
    guard let path = source.input else {
      try source.bytes().withUnsafeBufferPointer { try inspection.add($0) }
      return inspection
    }
    let files = try TextFiles([path])
    let progress = ReadingProgress(files.byteCount, common)
    try inspection.add(files, progress: progress.update)
    progress.finish()
    return inspection
  }

  private func inspectedLanguages() throws -> TokenizerInspection {
    guard source.input == nil, source.text == nil else {
      throw LMError(
        .usage, at: "--language", "stands beside another text", remedy: "give all texts as NAME=PATH")
    }
    let texts = try languages.map { argument in
      guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
        throw LMError(
          .usage, at: "--language", "\"\(argument)\" is not NAME=PATH",
          remedy: "write for example de=german.txt")
      }
      return (
        String(argument[..<equals]), try TextFiles([String(argument[argument.index(after: equals)...])])
      )
    }
    var inspection = TokenizerInspection(try source.load())
    let progress = ReadingProgress(texts.reduce(0) { $0 + $1.1.byteCount }, common)
    var before = 0
    for (language, files) in texts {
      try inspection.add(files, language: language) { progress.update(before + $0) }
      before += files.byteCount
    }
    progress.finish()
    return inspection
  }

  private func object(_ report: TokenizerReport, isForPeople: Bool) -> JSONObject {
    var object = JSONObject()
    object["vocabulary"] = .integer(report.vocabularySize)
    object["bytes"] = .integer(report.byteCount)
    object["tokens"] = .integer(report.tokenCount)
    object["words"] = .integer(report.wordCount)
    object["bytes_per_token"] = .number(report.bytesPerToken)
    object["tokens_per_word"] = .number(report.fertility)
    object["unused_entries"] = .integer(report.unusedCount)
    object["longest_used_token_bytes"] = .integer(report.longestUsedToken)
    let examples = report.unusedExamples
    object["unused_examples"] =
      isForPeople ? .string(examples.joined(separator: "  ")) : .array(examples.map { .string($0) })
    guard !isForPeople else { return object }
    object[languages.isEmpty ? "scripts" : "languages"] = .array(
      report.groups.map { group in
        [
          "name": .string(group.name), "words": .integer(group.wordCount),
          "tokens": .integer(group.tokenCount),
          "bytes_per_token": .number(group.bytesPerToken), "tokens_per_word": .number(group.fertility),
        ]
      })
    return object
  }

  /// A line for each script or language.
  private func printGroups(_ groups: [TokenizerReport.Group]) {
    let title = languages.isEmpty ? "script" : "language"
    let rows =
      [[title, "words", "tokens per word", "bytes per token"]]
      + groups.map { group in
        [
          group.name, NumberText.grouped(group.wordCount), NumberText.fixed(group.fertility, decimals: 3),
          NumberText.fixed(group.bytesPerToken, decimals: 3),
        ]
      }
    print("")
    for row in rows {
      let cells = row.indices.map { column in
        let width = rows.map { $0[column].count }.max() ?? 0
        let space = String(repeating: " ", count: width - row[column].count)
        return column == 0 ? row[column] + space : space + row[column]
      }
      print(cells.joined(separator: "  "))
    }
  }
}
