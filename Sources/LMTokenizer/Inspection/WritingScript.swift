/// The script that a word is written in, as far as a report on tokenizers tells them apart.
///
/// Told by the Unicode block of letters; a block holds the letters of one script but for a handful.
enum WritingScript {
  private static let blocks: [(ClosedRange<UInt32>, String)] = [
    (0x0041...0x02AF, "Latin"), (0x0370...0x03FF, "Greek"), (0x0400...0x052F, "Cyrillic"),
    (0x0530...0x058F, "Armenian"), (0x0590...0x05FF, "Hebrew"), (0x0600...0x06FF, "Arabic"),
    (0x0700...0x074F, "Syriac"), (0x0750...0x077F, "Arabic"), (0x0870...0x08FF, "Arabic"),
    (0x0900...0x097F, "Devanagari"), (0x0980...0x09FF, "Bengali"), (0x0A00...0x0A7F, "Gurmukhi"),
    (0x0A80...0x0AFF, "Gujarati"), (0x0B00...0x0B7F, "Odia"), (0x0B80...0x0BFF, "Tamil"),
    (0x0C00...0x0C7F, "Telugu"), (0x0C80...0x0CFF, "Kannada"), (0x0D00...0x0D7F, "Malayalam"),
    (0x0D80...0x0DFF, "Sinhala"), (0x0E00...0x0E7F, "Thai"), (0x0E80...0x0EFF, "Lao"),
    (0x0F00...0x0FFF, "Tibetan"), (0x1000...0x109F, "Myanmar"), (0x10A0...0x10FF, "Georgian"),
    (0x1100...0x11FF, "Hangul"), (0x1200...0x139F, "Ethiopic"), (0x1780...0x17FF, "Khmer"),
    (0x1800...0x18AF, "Mongolian"), (0x1C80...0x1C8F, "Cyrillic"), (0x1C90...0x1CBF, "Georgian"),
    (0x1E00...0x1EFF, "Latin"), (0x1F00...0x1FFF, "Greek"), (0x2C60...0x2C7F, "Latin"),
    (0x2D00...0x2D2F, "Georgian"), (0x2D80...0x2DDF, "Ethiopic"), (0x2DE0...0x2DFF, "Cyrillic"),
    (0x2E80...0x2FDF, "Han"), (0x3005...0x3007, "Han"), (0x3040...0x30FF, "Kana"),
    (0x3130...0x318F, "Hangul"), (0x31F0...0x31FF, "Kana"), (0x3400...0x9FFF, "Han"),
    (0xA640...0xA69F, "Cyrillic"), (0xA720...0xA7FF, "Latin"), (0xA8E0...0xA8FF, "Devanagari"),
    (0xA960...0xA97F, "Hangul"), (0xAB30...0xAB6F, "Latin"), (0xAC00...0xD7FF, "Hangul"),
    (0xF900...0xFAFF, "Han"), (0xFB1D...0xFB4F, "Hebrew"), (0xFB50...0xFDFF, "Arabic"),
    (0xFE70...0xFEFF, "Arabic"), (0xFF21...0xFF5A, "Latin"), (0xFF66...0xFF9F, "Kana"),
    (0x20000...0x3FFFF, "Han"),
  ]

  /// Scripts that put no spaces between words.
  private static let unspaced: Set<String> = ["Han", "Kana", "Khmer", "Lao", "Myanmar", "Thai", "Tibetan"]

  /// The script of a run of text without white space, and how many words it counts for.
  ///
  /// The script is that of the first letter; where any letter is Kana, the run is Japanese and counts as Kana.
  /// Without letters it is "none", in a block that is not listed "other". A run counts for one word, in scripts
  /// that put no spaces between words for as many as it has letters.
  static func of(_ run: UnsafeBufferPointer<UInt8>) -> (name: String, words: Int) {
    guard let base = run.baseAddress else { return ("none", 1) }
    var script: String?
    var letters = 0
    var index = 0
    while index < run.count {
      let (codePoint, length) = UTF8Decoding.decode(base + index, available: run.count - index)
      index += max(1, length)
      guard length > 0, GeneralCategory.of(UInt32(codePoint)).classes.contains(.letter) else { continue }
      letters += 1
      if script == nil || script == "Han" {
        let found = name(UInt32(codePoint))
        if script == nil || found == "Kana" { script = found }
      }
    }
    guard let script else { return ("none", 1) }
    return (script, unspaced.contains(script) ? letters : 1)
  }

  private static func name(_ letter: UInt32) -> String {
    var lower = 0
    var upper = blocks.count
    while lower < upper {
      let middle = (lower + upper) / 2
      if blocks[middle].0.upperBound < letter { lower = middle + 1 } else { upper = middle }
    }
    return lower < blocks.count && blocks[lower].0.contains(letter) ? blocks[lower].1 : "other"
  }
}
