/// How a number is written out.
package enum NumberStyle: Sendable {
  /// "two"; 二 as in sums.
  case plain
  /// "two"; 两 as before a measure word.
  case counting
}

extension Grammar.Language {
  /// `value` in words, for `0...999`.
  package func words(_ value: Int, _ style: NumberStyle) -> String {
    precondition((0...999).contains(value), "number words: \(value) is outside 0...999")
    switch self {
    case .english: return englishWords(value)
    case .chinese: return style == .counting && value == 2 ? "两" : chineseWords(value)
    }
  }
}

private let englishSmall = [
  "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
  "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]
private let englishTens = [
  "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
]
private let chineseDigits = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"]

private func englishWords(_ value: Int) -> String {
  if value < 20 { return englishSmall[value] }
  if value < 100 {
    return englishTens[value / 10] + (value % 10 == 0 ? "" : "-" + englishSmall[value % 10])
  }
  let rest = value % 100 == 0 ? "" : " and " + englishWords(value % 100)
  return englishSmall[value / 100] + " hundred" + rest
}

private func chineseWords(_ value: Int) -> String {
  if value < 10 { return chineseDigits[value] }
  if value < 100 {
    let tens = value < 20 ? "十" : chineseDigits[value / 10] + "十"
    return tens + (value % 10 == 0 ? "" : chineseDigits[value % 10])
  }
  let head = chineseDigits[value / 100] + "百"
  switch value % 100 {
  case 0: return head
  case let rest where rest < 10: return head + "零" + chineseDigits[rest]
  case let rest: return head + (rest < 20 ? "一" : "") + chineseWords(rest)
  }
}
