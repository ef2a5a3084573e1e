/// Cuts the endings of English words: M. F. Porter, "An algorithm for suffix stripping", Program 14.3 (1980), with
/// the departures of NLTK's `PorterStemmer`, which rouge-score uses.
///
/// A word is [C](VC)ᵐ[V] for runs of consonants C and of vowels V; m is its measure.
package struct PorterStemmer {
  private var word: [UInt8]

  /// The stem of a word of small letters and digits.
  /// - Complexity: O(length).
  package static func stem(_ word: String) -> String {
    if let known = irregular[word] { return known }
    guard word.utf8.count > 2 else { return word }
    var stemmer = PorterStemmer(word: Array(word.utf8))
    stemmer.removePlural()
    stemmer.removePast()
    stemmer.replaceFinalY()
    stemmer.replaceDoubleSuffix()
    stemmer.apply(simpleSuffixes) { measure($0) > 0 }
    stemmer.removeSuffix()
    stemmer.removeFinalE()
    return String(decoding: stemmer.word, as: UTF8.self)
  }

  private static let irregular = [
    "sky": "sky", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "news": "news",
    "innings": "inning", "inning": "inning", "outings": "outing", "outing": "outing", "cannings": "canning",
    "canning": "canning", "howe": "howe", "proceed": "proceed", "exceed": "exceed", "succeed": "succeed",
  ]

  // MARK: Steps

  /// Step 1a.
  private mutating func removePlural() {
    if ends("sses") || ends("ies") {
      word.removeLast(word.count == 4 && ends("ies") ? 1 : 2)
    } else if ends("s"), !ends("ss") {
      word.removeLast()
    }
  }

  /// Step 1b.
  private mutating func removePast() {
    if ends("ied") { return word.removeLast(word.count == 4 ? 1 : 2) }
    if ends("eed") {
      if Self.measure(word.dropLast(3)) > 0 { word.removeLast() }
      return
    }
    let suffix = ["ed", "ing"].first { ends($0) && Self.hasVowel(word.dropLast($0.utf8.count)) }
    guard let suffix else { return }
    word.removeLast(suffix.utf8.count)
    if ends("at") || ends("bl") || ends("iz") {
      append("e")
    } else if endsInDoubleConsonant {
      if !ends("l"), !ends("s"), !ends("z") { word.removeLast() }
    } else if Self.measure(word[...]) == 1, Self.endsShort(word[...]) {
      append("e")
    }
  }

  /// Step 1c: only behind a consonant that is not the whole stem.
  private mutating func replaceFinalY() {
    let stem = word.dropLast()
    guard ends("y"), stem.count > 1, Self.consonants(stem).last ?? false else { return }
    word.removeLast()
    append("i")
  }

  /// Step 2.
  private mutating func replaceDoubleSuffix() {
    if ends("alli"), Self.measure(word.dropLast(4)) > 0 { word.removeLast(2) }
    if ends("logi") {
      if Self.measure(word.dropLast(3)) > 0 { word.removeLast() }
      return
    }
    apply(Self.doubleSuffixes) { Self.measure($0) > 0 }
  }

  private static let doubleSuffixes = [
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"),
    ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"),
    ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"), ("fulli", "ful"),
  ]

  /// Step 3.
  private static let simpleSuffixes = [
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
  ]

  /// Step 4.
  private mutating func removeSuffix() {
    let isIon = ends("ion")
    apply(Self.longSuffixes.map { ($0, "") }) { stem in
      let last = stem.last ?? 0
      return Self.measure(stem) > 1 && (!isIon || last == UInt8(ascii: "s") || last == UInt8(ascii: "t"))
    }
  }

  private static let longSuffixes = [
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism",
    "ate",
    "iti", "ous", "ive", "ize",
  ]

  /// Steps 5a and 5b.
  private mutating func removeFinalE() {
    if ends("e") {
      let measure = Self.measure(word.dropLast())
      if measure > 1 || measure == 1 && !Self.endsShort(word.dropLast()) { word.removeLast() }
    }
    if ends("ll"), Self.measure(word.dropLast()) > 1 { word.removeLast() }
  }

  /// Replaces the first of `suffixes` that the word has where the stem before it allows; no other is tried.
  private mutating func apply(_ suffixes: [(String, String)], where allows: (ArraySlice<UInt8>) -> Bool) {
    guard let (suffix, replacement) = suffixes.first(where: { ends($0.0) }) else { return }
    let stem = word.dropLast(suffix.utf8.count)
    if allows(stem) { word = Array(stem) + Array(replacement.utf8) }
  }

  // MARK: Parts of words

  private mutating func append(_ text: String) { word += Array(text.utf8) }
  private func ends(_ suffix: String) -> Bool { word.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) }

  private var endsInDoubleConsonant: Bool {
    word.count >= 2 && word[word.count - 1] == word[word.count - 2]
      && Self.consonants(word[...]).last ?? false
  }

  /// Of each letter whether it is a consonant: no vowel, and no y behind a consonant.
  private static func consonants(_ letters: ArraySlice<UInt8>) -> [Bool] {
    var flags: [Bool] = []
    for letter in letters {
      switch letter {
      case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"):
        flags.append(false)
      case UInt8(ascii: "y"): flags.append(!(flags.last ?? false))
      default: flags.append(true)
      }
    }
    return flags
  }

  private static func measure(_ letters: ArraySlice<UInt8>) -> Int {
    let flags = consonants(letters)
    return zip(flags, flags.dropFirst()).reduce(0) { $0 + (!$1.0 && $1.1 ? 1 : 0) }
  }

  private static func hasVowel(_ letters: ArraySlice<UInt8>) -> Bool { consonants(letters).contains(false) }

  /// Consonant, vowel, consonant other than w, x, y at the end; or a word of a vowel and a consonant.
  private static func endsShort(_ letters: ArraySlice<UInt8>) -> Bool {
    let flags = consonants(letters)
    if flags == [false, true] { return true }
    return flags.suffix(3) == [true, false, true] && !"wxy".utf8.contains(letters.last ?? 0)
  }
}
