/// Words as numbers, equal for words that are equal element by element. (`String` calls "é" and "e◌́" equal.)
struct WordNumbers<Word: Hashable> {
  private var numbers: [Word: Int] = [:]

  init() {}

  subscript(words: [Word]) -> [Int] {
    mutating get {
      words.map { word in
        if let number = numbers[word] { return number }
        numbers[word] = numbers.count
        return numbers.count - 1
      }
    }
  }

  /// How often each word occurs in `lines`.
  func counts(_ lines: [[Int]]) -> [Int] {
    lines.joined().reduce(into: [Int](repeating: 0, count: numbers.count)) { $0[$1] += 1 }
  }
}

/// How often each run of `order` neighbouring words occurs.
func ngramCounts(_ words: [Int], order: Int) -> [ArraySlice<Int>: Int] {
  guard words.count >= order else { return [:] }
  return (0...words.count - order).reduce(into: [:]) { $0[words[$1..<$1 + order], default: 0] += 1 }
}
