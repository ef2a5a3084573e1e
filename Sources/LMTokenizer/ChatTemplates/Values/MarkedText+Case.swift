extension MarkedText {
  /// `str.upper`.
  var uppercased: MarkedText { mapped { $0.uppercaseMapping } }

  /// `str.lower`, with the sigma that ends a word.
  var lowercased: MarkedText {
    var result = MarkedText()
    for index in 0..<count { result.append(lowercased(at: index), like: symbols[index]) }
    return result
  }

  /// `str.capitalize`.
  var capitalized: MarkedText {
    var result = MarkedText()
    for index in 0..<count {
      let text = index == 0 ? self[0].properties.titlecaseMapping : lowercased(at: index)
      result.append(text, like: symbols[index])
    }
    return result
  }

  /// `str.title`: the first cased letter of every run of them in title case.
  var titlecased: MarkedText {
    var result = MarkedText()
    var isInWord = false
    for index in 0..<count {
      let text = isInWord ? lowercased(at: index) : self[index].properties.titlecaseMapping
      result.append(text, like: symbols[index])
      isInWord = PythonCharacter.isCased(scalar(index))
    }
    return result
  }

  /// `str.swapcase`.
  var caseSwapped: MarkedText {
    var result = MarkedText()
    for index in 0..<count {
      let isUpper = PythonCharacter.isUppercase(scalar(index))
      result.append(
        isUpper ? lowercased(at: index) : self[index].properties.uppercaseMapping, like: symbols[index])
    }
    return result
  }

  private func mapped(_ mapping: (Unicode.Scalar.Properties) -> String) -> MarkedText {
    var result = MarkedText()
    for index in 0..<count { result.append(mapping(self[index].properties), like: symbols[index]) }
    return result
  }

  private func lowercased(at index: Int) -> String {
    guard scalar(index) == 0x3A3 else { return self[index].properties.lowercaseMapping }
    func isIgnored(_ place: Int) -> Bool { self[place].properties.isCaseIgnorable }
    func isCased(_ place: Int) -> Bool { self[place].properties.isCased }
    let before = (0..<index).last { !isIgnored($0) }
    let behind = (index + 1..<count).first { !isIgnored($0) }
    return before.map(isCased) ?? false && !(behind.map(isCased) ?? false) ? "ς" : "σ"
  }

  /// Appends `text` with the mark of `symbol`.
  mutating func append(_ text: String, like symbol: UInt32) {
    let mark = symbol & Self.dataMark
    for scalar in text.unicodeScalars { append(symbol: scalar.value | mark) }
  }
}
