import Foundation
import StoryGrammar
import Testing

/// Laws of the committed corpus.
@Suite struct CorpusTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "corpora", directoryHint: .isDirectory)

  static func grammar(_ language: Grammar.Language) throws -> Grammar {
    try Grammar(folder: folder.appending(path: "grammar/\(language.rawValue)"))
  }

  /// Texts, sizes, entropies and overlaps are what the grammars give: byte for byte.
  @Test func committedFilesAreRegenerated() throws {
    for (name, content) in try Corpus.files(folder: Self.folder) {
      #expect(try Data(contentsOf: Self.folder.appending(path: name)) == Data(content.utf8), "\(name)")
    }
  }

  /// Each text determines its choices, so the sum over derivations equals the teller's own record.
  @Test(arguments: [Grammar.Language.english, .chinese])
  func entropyIsTheDerivationSum(language: Grammar.Language) throws {
    let grammar = try Self.grammar(language)
    var random = RandomStream(seed: 99)
    for _ in 0..<300 {
      let telling = try grammar.tell(using: &random)
      let all = try grammar.derivations(of: telling.text)
      #expect(all.count == 1)
      #expect(abs(all.bits - telling.bits) < 1e-9)
    }
  }

  @Test func englishSumsAreRight() throws {
    let words = Dictionary(
      uniqueKeysWithValues: (0...200).map { (Grammar.Language.english.words($0, .plain), $0) })
    let sum = /([a-z-]+) (and|take away|times) ([a-z-]+) (?:make|makes|leaves) ([a-z-]+)/
    var checked = 0
    for story in try stories(.english, 2000) {
      for match in story.text.lowercased().matches(of: sum) {
        guard let a = words[String(match.1)], let b = words[String(match.3)], let c = words[String(match.4)]
        else { continue }
        checked += 1
        #expect(c == (match.2 == "and" ? a + b : match.2 == "times" ? a * b : a - b), "\(match.0)")
      }
    }
    #expect(checked > 500)
  }

  @Test func chineseSumsAreRight() throws {
    let words = Dictionary(
      uniqueKeysWithValues: (0...300).map { (Grammar.Language.chinese.words($0, .plain), $0) })
    let sum = /([零一二三四五六七八九十百]+)([加减乘])([零一二三四五六七八九十百]+)等于([零一二三四五六七八九十百]+)/
    var checked = 0
    for story in try stories(.chinese, 1000) {
      for match in story.text.matches(of: sum) {
        let a = try #require(words[String(match.1)]), b = try #require(words[String(match.3)])
        checked += 1
        #expect(
          words[String(match.4)] == (match.2 == "加" ? a + b : match.2 == "减" ? a - b : a * b), "\(match.0)")
      }
    }
    #expect(checked > 300)
  }

  /// A story names only the people it bound: no name comes from nowhere, and the hero has a name.
  @Test func namesAreConsistent() throws {
    let grammar = try Self.grammar(.english)
    let names = try #require(grammar.tables.first { $0.name == "character" }).rows.map { $0[0] }
    let surnames = Set(
      grammar.picks.first { $0.name == "surname" }.map { grammar.tables[$0.table].rows.map { $0[0] } } ?? [])
    let pets = Set(
      grammar.picks.first { $0.name == "pet" }.map { grammar.tables[$0.table].rows.map { $0[0] } } ?? [])
    for story in try stories(.english, 1000) {
      let bound = Set(["hero", "friend", "third"].compactMap(story.walk.value(of:)))
      let words = Set(story.text.split { !$0.isLetter }.map(String.init))
      let seen = words.intersection(names).subtracting(surnames).subtracting(pets)
      #expect(seen.isSubset(of: bound), "\(seen) \(bound)")
      #expect(words.contains(try #require(story.walk.value(of: "hero"))))
    }
  }

  @Test(arguments: [Grammar.Language.english, .chinese])
  func everyStoryIsWellFormed(language: Grammar.Language) throws {
    for story in try stories(language, 1000) {
      let text = story.text
      #expect(story.walk.mark("lesson") != nil)
      #expect(
        !text.contains("  ") && !text.contains(" .") && !text.contains(" ,") && !text.contains("{"), "\(text)"
      )
      #expect(text.count { $0 == "\"" } % 2 == 0, "\(text)")
      #expect(text.count { $0 == "“" } == text.count { $0 == "”" }, "\(text)")
      #expect(text.firstMatch(of: /\b[Aa] [aeio]|\b[Aa]n [^aeiouh]|[.!?] [a-z]/) == nil, "\(text)")
      if language == .english { #expect((60...250).contains(wordCount(text)), "\(text)") }
    }
  }

  private func stories(_ language: Grammar.Language, _ count: Int) throws -> [Telling] {
    let grammar = try Self.grammar(language)
    var random = RandomStream(seed: 4)
    return try (0..<count).map { _ in try grammar.tell(using: &random) }
  }
}
