/// The words of a text as rouge-score finds them: runs of the letters a to z and digits, in small letters.
enum RougeTokenizer {
  /// The words in order; with `stems`, those of more than three letters lose their endings.
  /// - Complexity: O(bytes).
  static func words(_ text: some StringProtocol, stems: Bool) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    func finish() {
      guard !word.isEmpty else { return }
      let text = String(decoding: word, as: UTF8.self)
      words.append(stems && word.count > 3 ? PorterStemmer.stem(text) : text)
      word.removeAll(keepingCapacity: true)
    }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "a"..."z", "0"..."9": word.append(UInt8(scalar.value))
      case "A"..."Z": word.append(UInt8(scalar.value | 0x20))
      // The Kelvin sign and the capital I with a dot are the two other characters whose small form has an
      // ASCII letter; that of the second has a combining dot behind it.
      case "\u{212A}": word.append(UInt8(ascii: "k"))
      case "\u{130}":
        word.append(UInt8(ascii: "i"))
        finish()
      default: finish()
      }
    }
    finish()
    return words
  }
}
