import LMGeneration
import LMRuntime

extension FuzzRunners {
  /// Tokens of a byte, of some longer texts, and the end.
  private static let trie: TokenTrie = {
    let texts = ["{\"", "\":", "\"}", "[]", "true", "ab", "12", "é", "  ", "\\u"]
    return TokenTrie(
      TokenVocabulary(count: 257 + texts.count, endIDs: [Int32(256 + texts.count)]) { id in
        id < 256 ? [UInt8(id)] : Array(texts[Int(id) - 256].utf8)
      })
  }()

  static func grammar(_ input: [UInt8]) -> String? {
    guard let grammar = try? Grammar(gbnf: String(decoding: input, as: UTF8.self), from: "input") else {
      return nil
    }
    return follow(grammar)
  }

  static func jsonSchema(_ input: [UInt8]) -> String? {
    guard let schema = try? JSON.parse(input, from: "input"),
      let grammar = try? Grammar(jsonSchema: schema, from: "input")
    else { return nil }
    return follow(grammar)
  }

  /// Writes some tokens, always one of the last that are allowed: what is allowed must be accepted, and bytes that
  /// every character class is made of must be UTF-8 where the text is complete.
  private static func follow(_ grammar: Grammar) -> String? {
    guard var constraint = try? TokenConstraint(grammar, trie) else { return "has no end" }
    for step in 0..<12 {
      guard let allowed = try? constraint.allowedIDs() else { return nil }
      let id = allowed[allowed.count - 1 - min(allowed.count - 1, step * 7 % 5)]
      if id == trie.vocabulary.count - 1 { break }
      guard (try? constraint.accept(id)) != nil else { return "an allowed token is not accepted" }
    }
    guard (try? constraint.isComplete()) == true else { return nil }
    return String(validating: constraint.text, as: UTF8.self) == nil ? "a text is not UTF-8" : nil
  }
}
