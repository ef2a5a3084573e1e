extension RandomStream.State {
  /// The state as JSON: five words of 16 hexadecimal digits, the key last. JSON numbers would lose bits.
  public var json: JSON {
    .array(
      (words + [key]).map { word in
        let digits = String(word, radix: 16)
        return .string(String(repeating: "0", count: 16 - digits.count) + digits)
      })
  }
}

extension RandomStream {
  /// The stream whose ``State/json`` stands in `field`.
  /// - Throws: ``LMError`` where it is no such value.
  public init(_ field: JSONField) throws(LMError) {
    var words: [UInt64] = []
    for word in try field.array() {
      guard let value = UInt64(try word.string(), radix: 16) else {
        throw word.unexpected("16 hexadecimal digits")
      }
      words.append(value)
    }
    guard words.count == 5, let stream = RandomStream(State(words: Array(words.prefix(4)), key: words[4]))
    else { throw field.unexpected("the five words of a random stream") }
    self = stream
  }
}
