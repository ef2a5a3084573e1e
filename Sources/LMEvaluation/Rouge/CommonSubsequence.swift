/// Longest common subsequence of two rows of words, 64 words of the second at a time (Crochemore et al., "A fast and
/// practical bit-vector algorithm for the longest common subsequence problem", IPL 80, 2001).
///
/// For the table t of the textbook, bit j of row i is 0 where t[i][j + 1] = t[i][j] + 1.
package struct CommonSubsequence {
  private let first: [Int]
  private let second: [Int]
  private let wordCount: Int
  /// Row after row, only the last where no path is asked for.
  private var rows: [UInt64]
  private let keepsRows: Bool

  /// Compares words, given as numbers.
  /// - Parameter keepsPath: whether ``indices()`` will be called.
  /// - Complexity: O(n m / 64) time; memory O(m), or O(n m / 64) with the path.
  package init(_ first: [Int], _ second: [Int], keepsPath: Bool) {
    self.first = first
    self.second = second
    keepsRows = keepsPath
    wordCount = (second.count + 63) / 64
    var places: [Int: [Int]] = [:]
    for (index, word) in second.enumerated() { places[word, default: []].append(index) }
    var matches = [UInt64](repeating: 0, count: wordCount)
    var row = [UInt64](repeating: .max, count: wordCount)
    rows = row
    for word in first {
      let found = places[word] ?? []
      for place in found { matches[place / 64] |= 1 << UInt64(place % 64) }
      if !found.isEmpty { Self.step(&row, matches) }
      for place in found { matches[place / 64] = 0 }
      if keepsPath { rows += row }
    }
    if !keepsPath { rows = row }
  }

  /// V ← (V + (V ∧ M)) ∨ (V ∧ ¬M), the carry going from word to word.
  private static func step(_ row: inout [UInt64], _ matches: [UInt64]) {
    var carry: UInt64 = 0
    for index in row.indices {
      let (value, match) = (row[index], matches[index])
      let (sum, first) = value.addingReportingOverflow(value & match)
      let (total, second) = sum.addingReportingOverflow(carry)
      carry = first || second ? 1 : 0
      row[index] = total | (value & ~match)
    }
  }

  /// Its length.
  package var length: Int { value(row: keepsRows ? first.count : 0, column: second.count) }

  /// The places in the first row of one longest common subsequence: where two are equally long, the one that
  /// stepping back through the table finds when it prefers to leave words of the first row.
  /// - Complexity: O(n m / 64).
  package func indices() -> [Int] {
    precondition(keepsRows, "CommonSubsequence: the path was not kept")
    var (i, j) = (first.count, second.count)
    var found: [Int] = []
    while i > 0, j > 0 {
      if first[i - 1] == second[j - 1] {
        found.append(i - 1)
        i -= 1
        j -= 1
      } else if value(row: i, column: j - 1) > value(row: i - 1, column: j) {
        j -= 1
      } else {
        i -= 1
      }
    }
    return found.reversed()
  }

  /// t[row][column]: the zeros among the first `column` bits.
  private func value(row: Int, column: Int) -> Int {
    let start = row * wordCount
    var count = 0
    for word in 0..<column / 64 { count += (~rows[start + word]).nonzeroBitCount }
    if column % 64 > 0 { count += (~rows[start + column / 64] << UInt64(64 - column % 64)).nonzeroBitCount }
    return count
  }
}
