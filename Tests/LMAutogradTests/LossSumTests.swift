import LMAutograd
import LMTensor
import LMTestSupport
import Testing

@Suite struct LossSumTests {
  /// Scores are the rows themselves: the table is the unit matrix.
  @Test(arguments: [1, 2, 7, 33, 1000]) func `targets with the highest score are counted`(width: Int) {
    let rows = 19
    let scores = sampleTensor([rows, width], seed: 5)
    var unit = [Float](repeating: 0, count: width * width)
    for index in 0..<width { unit[index * width + index] = 1 }
    let best = (0..<rows).map { row -> Int in
      let row = Array(scores.floats[row * width..<(row + 1) * width])
      return row.indices.max { row[$0] < row[$1] } ?? 0
    }
    // Every third target is another token, and one does not count.
    var targets = best.enumerated().map { Int32($0 % 3 == 0 ? ($1 + 1) % width : $1) }
    targets[4] = -1
    let expected = zip(targets, best).count { Int($0) == $1 }
    let table = Parameter("table", Tensor(unit, shape: [width, width]), decays: true)
    let loss = Variable(scores).linearCrossEntropy(
      table, targets: targets, gradientScale: 1, precision: .float32, tape: nil)
    #expect(loss.correct == expected && loss.tokens == rows - 1)
    #expect(loss.accuracy == Double(expected) / Double(rows - 1))
  }

  @Test func `sums add up, and keep only what all of them know`() {
    var sum = LossSum()
    #expect(sum.mean == 0 && sum.accuracy == nil)
    sum += LossSum(total: 2, tokens: 4, correct: 1)
    sum += LossSum(total: 1, tokens: 2, correct: 2)
    #expect(sum == LossSum(total: 3, tokens: 6, correct: 3))
    sum += LossSum()
    #expect(sum.accuracy == 0.5 && sum.mean == 0.5)
    sum += LossSum(total: 1, tokens: 1)
    #expect(sum == LossSum(total: 4, tokens: 7))
  }
}
