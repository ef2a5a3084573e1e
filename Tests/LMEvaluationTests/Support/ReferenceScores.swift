import LMRuntime
import LMTestSupport

/// What sacrebleu and rouge-score say.
enum ReferencePrograms {
  static let python = Python.interpreter(finding: ["sacrebleu", "rouge_score", "nltk"])

  /// The answers to `cases`, in their order.
  static func answers(_ kind: String, _ cases: [JSON]) throws -> [JSONField] {
    let temporary = TemporaryDirectory()
    let package = (0..<4).reduce(#filePath) { path, _ in FileSystem.parent(of: path) }
    let (source, target) = (temporary("cases.json"), temporary("answers.json"))
    try JSON.array(cases).write(to: source)
    let script = "\(package)/Tests/Reference/reference_scores.py"
    guard let python, Python.run(python, [script, kind, source, target]) == 0 else {
      throw LMError(at: script, "failed", remedy: "look at its message")
    }
    return try JSONField(JSON.read(target), in: target).array()
  }
}

/// Sentences that look like speech, with some of what trips programs that cut texts.
struct RandomSentences {
  private var random: RandomStream
  private static let words = [
    "the", "The", "cat", "cats", "sat", "on", "a", "mat", ",", ".", "1,000.5", "3.14", "12-34", "U.S.",
    "don't",
    "(yes)", "well-known", "\"quoted\"", "&amp;lt;", "&quot;", "<skipped>", "x-\ny", "e-mail@x.org", "50%",
    "$5", "…",
    "“deep”", "Größe", "STRASSE", "ΟΔΟΣ", "Σ", "İstanbul", "K", "é", "e\u{301}", "日本語", "、", "。", "٣٫٤", "½",
    "Ⅷ", "«a»", "—",
    "a/b", "[b]", "{c}", "~d", "`e", "running", "flies", "happily", "nationalization", "\u{A0}", "\u{3000}x",
    "\u{85}",
    "\u{1C}", "-", "--", "9-", "-9", ".5", "5.", "a.b", "a,b", "1.a", "a.1", "😀", "👩‍👩‍👧", "+", "=", "^", "|",
    "_", "\t",
    "\r", "\u{200B}", "\u{2028}", "٬", "100.", "#1", "dies", "lying", "generously", "is", "was", "to", "of",
  ]

  init(seed: UInt64) { random = RandomStream(seed: seed) }

  /// A sentence of up to `limit` words.
  mutating func next(_ limit: Int = 14) -> String {
    var text = ""
    for _ in 0..<random.uniform(below: limit + 1) {
      text += Self.words[random.uniform(below: Self.words.count)]
      if random.uniform(below: 4) > 0 { text += random.uniform(below: 12) == 0 ? "\n" : " " }
    }
    return text
  }

  /// The sentence with some words of it changed.
  mutating func near(_ sentence: String) -> String {
    sentence.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false).map { word in
      random.uniform(below: 5) == 0 ? next(2) : String(String.UnicodeScalarView(word))
    }.joined(separator: " ")
  }

  /// A word of small letters, made of endings that stemmers know.
  mutating func word() -> String {
    let parts = [
      "a", "b", "e", "y", "l", "s", "t", "z", "st", "hop", "run", "gener", "al", "ational", "tional", "enci",
      "izer", "bli",
      "alli", "entli", "eli", "ousli", "ization", "ator", "alism", "iveness", "fulness", "aliti", "biliti",
      "fulli", "logi",
      "icate", "ative", "alize", "ical", "ful", "ness", "ance", "er", "ic", "able", "ement", "ment", "ent",
      "ion", "sion", "ism",
      "ate", "ous", "ive", "ize", "ed", "eed", "ing", "ied", "ies", "sses", "ss", "es", "e", "ll", "yy", "9",
    ]
    return (0...random.uniform(below: 5)).map { _ in parts[random.uniform(below: parts.count)] }.joined()
  }
}
