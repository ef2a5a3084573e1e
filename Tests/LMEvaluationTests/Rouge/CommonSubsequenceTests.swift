import LMEvaluation
import LMRuntime
import Testing

@Suite struct CommonSubsequenceTests {
  /// The table of the textbook, and the way back through it.
  private func textbook(_ a: [Int], _ b: [Int]) -> (Int, [Int]) {
    var table = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in a.indices {
      for j in b.indices {
        table[i + 1][j + 1] = a[i] == b[j] ? table[i][j] + 1 : max(table[i][j + 1], table[i + 1][j])
      }
    }
    var (i, j, path) = (a.count, b.count, [Int]())
    while i > 0, j > 0 {
      if a[i - 1] == b[j - 1] {
        (i, j) = (i - 1, j - 1)
        path.append(i)
      } else if table[i][j - 1] > table[i - 1][j] {
        j -= 1
      } else {
        i -= 1
      }
    }
    return (table[a.count][b.count], path.reversed())
  }

  /// Lengths around the 64 bits of a word, alphabets from one letter to many.
  @Test func `length and path are those of the textbook's table`() {
    var random = RandomStream(seed: 3)
    for (n, m) in [
      (0, 0), (1, 1), (5, 0), (7, 63), (31, 64), (33, 65), (64, 64), (65, 129), (130, 200), (200, 1),
    ] {
      for letters in [1, 2, 5, 40] {
        let a = (0..<n).map { _ in random.uniform(below: letters) }
        let b = (0..<m).map { _ in random.uniform(below: letters) }
        let (length, path) = textbook(a, b)
        #expect(CommonSubsequence(a, b, keepsPath: false).length == length)
        let kept = CommonSubsequence(a, b, keepsPath: true)
        #expect(kept.length == length && kept.indices() == path, "\(n) \(m) \(letters)")
      }
    }
  }
}
